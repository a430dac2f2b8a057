"""The page Compare: what it shows was measured by its own run, and it never stands still."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from qana.bench.run import known_rows
from qana.spiking.store import find_entry

PAGE = str(Path(__file__).parents[1] / "pages" / "compare.py")
SECONDS = 60


@pytest.fixture
def page() -> Iterator[AppTest]:
    st.cache_resource.clear()
    opened = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
    assert not opened.exception
    yield opened
    if "bench" in opened.session_state:
        opened.session_state.bench.stop()
    st.cache_resource.clear()


def words(page: AppTest) -> str:
    kinds = (page.header, page.markdown, page.caption, page.error, page.warning, page.info)
    return "\n".join(element.value for kind in kinds for element in kind)


def press(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


def until_over(page: AppTest) -> None:
    job, end = page.session_state.bench, time.monotonic() + SECONDS
    while not job.over:
        assert time.monotonic() < end
        time.sleep(0.1)
    page.run()
    assert not page.exception


def test_before_anything_runs_all_that_is_known_says_where_it_comes_from(page: AppTest) -> None:
    shown = words(page)
    assert "Measured here" not in shown
    shown += "".join(frame.value.to_string() for frame in page.dataframe)
    for row in known_rows(find_entry("akida2")):
        assert row.source in shown
        assert (row.doubt or "") in shown
    metrics = {metric.label: metric for metric in page.metric}
    assert metrics["Less time an image"].delta == "the paper says 94.6%"
    assert metrics["Less energy an image, all counted"].delta == "the paper says 99.0%"


def test_a_run_is_shown_as_it_was_measured(page: AppTest) -> None:
    page.pills(key="bench_runtimes").set_value(["akida", "cuda"]).run()
    page.slider(key="bench_seconds").set_value(2).run()
    press(page, "Start")
    assert [bar.proto.text for bar in page.get("progress")]
    until_over(page)
    job, shown = page.session_state.bench, words(page)
    assert "Measured here" in shown
    for row in job.rows:
        assert f"{row['images']:,} images in {row['seconds']:.1f} s" in shown
        if row["not_measurable"]:
            assert row["not_measurable"]["remedy"] in shown
    for one in job.missing:
        assert one["reason"] in shown
    assert f"`{job.document['command']}`" in shown
    here = [o for o in page.selectbox(key="compare_this").options if o.endswith("(measured here)")]
    assert len(here) == len(job.rows)


def test_a_run_is_stopped_by_one_press_and_survives_a_page_change(page: AppTest) -> None:
    page.pills(key="bench_runtimes").set_value(["akida"]).run()
    page.slider(key="bench_seconds").set_value(30).run()
    press(page, "Start")
    job = page.session_state.bench
    page.run()  # as coming back from another page does
    assert page.session_state.bench is job and not job.over
    press(page, "Stop")
    assert job.over
    assert "Stopped. What was measured before stays." in words(page)


def test_another_machine_s_result_is_shown_beside_this_one(page: AppTest) -> None:
    entry = find_entry("akida2")
    row = known_rows(entry)[0].as_document() | {
        "runtime": "Float on an NVIDIA GPU",
        "device": "A test card",
        "provenance": "measured",
        "latency_ms": {"p50": 2.0, "p5": 1.9, "p95": 2.2},
        "energy_mj": {"value": 80.0, "low": 79.0, "high": 81.0},
        "energy_net_mj": {"value": 30.0, "low": 28.0, "high": 32.0},
        "idle_watts": 25.0,
        "images": 1000,
        "seconds": 2.0,
    }
    document = {
        "model": "akida2",
        "command": "python -m qana bench",
        "machine": {"processor": "A test machine"},
        "rows": [row],
    }
    upload = page.get("file_uploader")[0]
    upload.set_value([("gpu.json", json.dumps(document).encode(), "application/json")]).run()
    assert not page.exception
    assert "**A test machine**" in words(page) and "A test card" in words(page)
    upload = page.get("file_uploader")[0]
    upload.set_value([("bad.json", b"{}", "application/json")]).run()
    assert not page.exception
    assert [error.value for error in page.error] == [
        "bad.json: The file is no result of `python -m qana bench --json`: save its output and "
        "load that."
    ]
