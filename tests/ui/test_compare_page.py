"""The page Compare: what it shows was measured by its own run, and it never stands still."""

import json
import shutil
import time
from pathlib import Path

import akida
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.bench.bench_result import BenchResult
from qana.bench.result_files import read_result
from qana.bench.run_bench import make_known_rows
from qana.inference.manifest import find_entry, find_models_folder
from tests.doubles.compare_page import PAGE, SECONDS, page, press, words
from ui.compare.controls import MACHINE

__all__ = ["page"]


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
