"""The page Compare: what it shows was measured by its own run, and it never stands still."""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import akida
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.bench.bench_result import BenchResult, MissingRuntime
from qana.bench.command import RUNTIME_NAMES
from qana.bench.result_files import read_result, read_shipped_results
from qana.bench.run_bench import make_known_rows
from qana.inference.manifest import find_entry, find_models_folder
from ui.compare.controls import MACHINE

PAGE = str(Path(__file__).parents[2] / "pages" / "compare.py")
SECONDS = 60


@pytest.fixture
def page() -> Iterator[AppTest]:
    st.cache_resource.clear()
    opened = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    assert not opened.exception
    yield opened
    if "bench" in opened.session_state:
        for job in opened.session_state.bench.values():
            job.stop()
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    kinds = (page.header, page.markdown, page.caption, page.error, page.warning, page.info)
    return "\n".join(element.value for kind in kinds for element in kind)


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


def until_over(page: AppTest) -> None:
    job, end = page.session_state.bench["akida2"], time.monotonic() + SECONDS
    while not job.is_over:
        assert time.monotonic() < end
        time.sleep(0.1)
    page.run()
    assert not page.exception


def test_before_anything_runs_all_that_is_known_says_where_it_comes_from(page: AppTest) -> None:
    shown = words(page)
    assert "On this machine" not in shown.replace("Not on this machine", "")
    shown += "".join(frame.value.to_string() for frame in page.dataframe)
    for row in make_known_rows(find_entry("akida2")):
        assert row.source in shown
        assert (row.doubt or "") in shown
    assert "94.6% less time" in shown and "99.0% less energy" in shown
    assert all("the paper" not in metric.delta for metric in page.metric)


@pytest.mark.slow
def test_a_run_is_shown_as_it_was_measured(page: AppTest) -> None:
    page.pills(key="bench_runtimes").set_value(["akida", "dense"]).run()
    page.slider(key="bench_seconds").set_value(2).run()
    page.select_slider(key="bench_batch").set_value(4).run()
    press(page, MACHINE)
    assert [bar.proto.text for bar in page.get("progress")]
    until_over(page)
    job, shown = page.session_state.bench["akida2"], words(page)
    assert "**On this machine**" in shown
    for row in job.rows:
        assert f"{row.images:,} images in {row.runs:,} runs and {row.seconds:.1f}" in shown
        if row.not_measurable:
            assert row.not_measurable.remedy in shown
    for one in job.missing:
        assert one.reason in shown
    assert f"`{job.finished_result.command}`" in shown
    this = next(box for box in page.selectbox if box.label == "This")
    assert this.value.startswith("Akida,") and this.value.endswith("(measured here)")
    assert sum(o.endswith("(measured here)") for o in this.options) == len(job.rows)
    # A simulator confirms no claim about a chip.
    assert all("the paper" not in metric.delta for metric in page.metric)


def test_a_run_is_stopped_by_one_press_and_survives_a_page_change(page: AppTest) -> None:
    page.pills(key="bench_runtimes").set_value(["akida"]).run()
    page.slider(key="bench_seconds").set_value(30).run()
    press(page, MACHINE)
    job = page.session_state.bench["akida2"]
    page.run()  # as coming back from another page does
    assert page.session_state.bench["akida2"] is job and not job.is_over
    press(page, "Stop")
    assert job.is_over
    assert "Stopped. What was measured before stays." in words(page)


def test_a_run_goes_on_while_its_visitor_looks_at_the_other_network(page: AppTest) -> None:
    page.pills(key="bench_runtimes").set_value(["akida"]).run()
    page.slider(key="bench_seconds").set_value(30).run()
    press(page, MACHINE)
    job = page.session_state.bench["akida2"]
    page.selectbox(key="network_choice").select("akd1000").run()
    assert not page.exception
    assert "Nothing yet." in words(page) and not job.is_over
    sources = "A network of 72.2 MMAC", "akd1000 is such a network, and none has metered it there."
    assert all(part in words(page) for part in sources)
    assert [button.label for button in page.button if button.label in (MACHINE, "Stop")] == [
        MACHINE
    ]
    page.selectbox(key="network_choice").select("akida2").run()
    press(page, "Stop")
    assert job.is_over and page.session_state.bench["akida2"] is job


def test_with_a_chip_on_the_computer_the_page_begins_with_the_network_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A virtual device in the place of a plugged one: it takes the model and does not run it."""
    st.cache_resource.clear()
    monkeypatch.setattr(akida, "devices", lambda: [akida.AKD1000()])
    page = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    st.cache_resource.clear()
    assert not page.exception
    assert page.selectbox(key="network_choice").value == "akd1000"
    assert "A network of 72.2 MMAC" in words(page)


def test_where_one_network_is_missing_the_other_can_be_chosen(
    page: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(find_models_folder(), tmp_path / "models"))
    (folder / "akd1000.fbz").unlink()
    monkeypatch.setenv("QANA_MODELS", str(folder))
    page.selectbox(key="network_choice").select("akd1000").run()
    assert not page.exception
    assert "akd1000.fbz is missing" in words(page)
    page.selectbox(key="network_choice").select("akida2").run()
    assert not page.exception and not page.error
    assert "Nothing yet." in words(page)


@pytest.mark.slow
def test_what_a_stopped_run_measured_can_be_kept_and_loaded(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[BenchResult] = []
    monkeypatch.setattr("ui.compare.files.show_export", kept.append)
    page.pills(key="bench_runtimes").set_value(["akida"]).run()
    page.slider(key="bench_seconds").set_value(4).run()
    press(page, MACHINE)
    job, end = page.session_state.bench["akida2"], time.monotonic() + SECONDS
    while not job.rows:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert not job.is_over and not kept
    press(page, "Stop")
    assert kept[-1].stopped
    assert kept[-1].to_json()["stopped"] is True
    loaded = read_result(json.dumps(kept[-1].to_json()).encode())
    assert [row.runs for row in loaded.rows if row.provenance == "measured"] == [
        row.runs for row in job.rows
    ]


def show_card(monkeypatch: pytest.MonkeyPatch, **changes: object) -> BenchResult:
    """The result that comes with the app, as one of the network at hand or of another one."""
    card = replace(read_shipped_results()[0], **changes)  # type: ignore[arg-type]
    monkeypatch.setattr("ui.compare.files.read_shipped_results", lambda: [card])
    return card


def test_a_graphics_card_is_there_to_compare_with_until_it_is_put_away(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = show_card(monkeypatch, sha256=find_entry("akida2").sha256).rows[0]
    page.run()
    assert f"**{card.device}**, in a machine with" in words(page)
    assert card.device in next(one.value for one in page.markdown if one.value.startswith("####"))
    against = next(box for box in page.selectbox if box.label == "against that")
    assert card.device in against.value and "comes with QANA" in against.value
    page.toggle(key="compare_shipped").set_value(False).run()
    assert not page.exception
    assert card.device not in words(page)
    assert "Nothing is measured yet" in words(page)


def test_a_result_of_another_network_is_left_out(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    macs = 2 * find_entry("akida2").macs
    card = show_card(monkeypatch, sha256="of another network", macs=macs).rows[0]
    page.run()
    assert f":gray-badge[left out] {card.device} ran another network" in words(page)
    assert not any(card.device in option for box in page.selectbox for option in box.options)
    assert not [toggle for toggle in page.toggle if toggle.key == "compare_shipped"]


def test_absent_runtimes_are_named_with_the_reason_and_not_preselected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "ui.compare.controls.find_missing_runtimes",
        lambda: (MissingRuntime("cuda", RUNTIME_NAMES["cuda"], "It has no card."),),
    )
    monkeypatch.setattr("ui.compare.controls.list_available_runtimes", lambda: ["akida", "cpu"])
    page = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    assert not page.exception
    assert page.pills(key="bench_runtimes").value == ["akida", "cpu"]
    assert "Not on this machine" in words(page)
    assert f"- {RUNTIME_NAMES['cuda']}: It has no card." in words(page)


def test_another_machine_s_result_is_shown_beside_this_one(page: AppTest) -> None:
    entry = find_entry("akida2")
    row = make_known_rows(entry)[0].to_json() | {
        "runtime": "Float on an NVIDIA GPU",
        "device": "A test card",
        "provenance": "measured",
        "latency_ms": {"p50": 2.0, "p5": 1.9, "p95": 2.2, "low": None, "high": None},
        "energy_mj": {"value": 80.0, "low": 79.0, "high": 81.0},
        "energy_net_mj": {"value": 30.0, "low": 28.0, "high": 32.0},
        "idle_watts": 25.0,
        "runs": 1000,
        "images": 1000,
        "seconds": 2.0,
    }
    named = row | {"runtime": "Float, of the other network"}
    chip = row | {
        "runtime": "Akida",
        "device": "A test chip",
        "latency_ms": row["latency_ms"] | {"p50": 1.0, "p5": 1.0, "p95": 1.0},
        "energy_mj": {"value": 2.0, "low": 1.0, "high": 3.0},
        "energy_net_mj": {"value": 1.0, "low": 0.5, "high": 1.5},
        "idle_watts": 1.0,
    }
    document = {
        "model": "akida2",
        "sha256": "of other weights",
        "command": "python -m qana bench",
        "machine": {"processor": "A test machine"},
        "rows": [row, chip],
    }
    upload = page.get("file_uploader")[0]
    upload.set_value([("gpu.json", json.dumps(document).encode(), "application/json")]).run()
    assert not page.exception
    shown = words(page)
    assert "in a machine with A test machine" in shown and "A test card" in shown
    assert "other weights than the ones of this app" in shown
    assert not page.warning
    assert "According to the file of **A test machine**" in shown
    metrics = {metric.label: metric for metric in page.metric}
    assert metrics["Time of a photo"].value == "2 times faster"
    assert metrics["Time of a photo"].delta.startswith("the paper: 94.6% less time")
    energy = metrics["Energy of a photo, all that the meter saw"]
    assert energy.value == "1/40 of the energy"
    assert energy.delta.startswith("26 to 81 times; the paper: 99.0% less energy")
    assert "**A test card, A test chip**" in shown  # the device heads its rows
    assert "costs less at every rate that both can do" in shown
    larger = document | {"macs": 2 * entry.macs}
    upload = page.get("file_uploader")[0]
    upload.set_value([("gpu.json", json.dumps(larger).encode(), "application/json")]).run()
    assert f"ran another network, of {2 * entry.macs / 1e6:.1f} million MACs" in words(page)
    assert "**A test card, A test chip**" not in words(page)  # left out
    known = document | {"model": "akd1000", "sha256": find_entry("akd1000").sha256, "rows": [named]}
    upload = page.get("file_uploader")[0]
    upload.set_value([("pi.json", json.dumps(known).encode(), "application/json")]).run()
    assert not page.exception
    assert "ran the network akd1000, not akida2: choose it above" in words(page)
    upload = page.get("file_uploader")[0]
    upload.set_value([("bad.json", b"{}", "application/json")]).run()
    assert not page.exception
    assert [error.value for error in page.error] == [
        "bad.json: The file is not a result of `python -m qana bench --json`: save its output and "
        "load that."
    ]
