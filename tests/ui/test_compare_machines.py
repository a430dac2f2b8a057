"""The page Compare beside a graphics card, absent runtimes and another machine's result."""

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from qana.bench.bench_result import BenchResult, MissingRuntime
from qana.bench.command import RUNTIME_NAMES
from qana.bench.result_files import read_shipped_results
from qana.bench.run_bench import make_known_rows
from qana.inference.manifest import find_entry
from tests.doubles.compare_page import PAGE, SECONDS, page, words

__all__ = ["page"]


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
        r"bad\.json: The file is not a result of `python -m qana bench --json`: save its output "
        "and load that."
    ]
