"""Tests small soak runs and the reports of the full ones in models/hardening/.

Every answer of the app is compared with an answer of the network in this process.
"""

import base64
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import sync_playwright

from qana.imaging import read_image
from tests.doubles.real_browser import CHROMIUM, FLAGS
from tests.doubles.real_browser import pytestmark as browser_tests
from tools.server import ROOT, Server
from tools.soak.__main__ import list_missed_targets
from tools.soak.booth.__main__ import IDLE_SECONDS
from tools.soak.booth.__main__ import list_missed_targets as list_missed_booth_targets
from tools.soak.booth.day import run_day, run_visits
from tools.soak.client import Client
from tools.soak.faults.__main__ import FAULTS, list_violations
from tools.soak.faults.chip import check_unplugged_chip
from tools.soak.faults.disk import check_full_disk
from tools.soak.faults.limits import check_limits
from tools.soak.faults.model_file import check_replaced_model
from tools.soak.faults.privacy import check_privacy
from tools.soak.faults.restart import check_restart, check_saving
from tools.soak.faults.traces import (
    extract_fingerprints,
    find_changed_files,
    find_open_files,
    find_traces,
)
from tools.soak.load import make_tasks, run_load_test
from tools.soak.memory import MAX_GROWTH, measure_growth, run_memory_test
from tools.soak.photos import make_photo
from tools.soak.results import FOLDER
from tools.soak.scans import SOURCE_LABEL, UPLOAD, ScanTask, run_scan

USERS = 4
METRICS_SECONDS = 5.5
"""Streamlit updates its metrics every five seconds."""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def tasks_by_user(classifier) -> list[list[ScanTask]]:
    return [make_tasks(number, classifier) for number in range(USERS)]


@pytest.mark.slow
def test_load_test_finds_no_wrong_answer(server, tasks_by_user) -> None:
    found = run_load_test(server, tasks_by_user, seconds=12, think=(0.2, 1.0))
    assert (found["wrong"], found["troubles"]) == ([], [])
    assert found["scans"] >= found["visitors"] == USERS
    assert 0 < found["to_the_verdict_s"]["p50"] <= found["to_the_verdict_s"]["p95"]


def test_memory_test_finds_no_wrong_answer(server, tasks_by_user) -> None:
    all_tasks = [task for tasks in tasks_by_user for task in tasks]
    found = run_memory_test(server, all_tasks, scans=24, warm_up=6, interval=6)
    assert (found["wrong"], found["troubles"], found["scans"]) == ([], [], 24)
    assert len(found["memory_mb"]) >= 4


def test_scan_finds_the_answer_of_another_photo(server, tasks_by_user) -> None:
    (_, task, *_), (_, other, *_) = tasks_by_user[:2]
    with Client(server.address) as client:
        assert not run_scan(client, task).faults
        faults = run_scan(client, replace(task, expected=other.expected)).faults
    assert any("missing" in fault for fault in faults)
    assert any("another picture" in fault for fault in faults)


def test_upload_is_deleted_after_its_answer(tasks_by_user, tmp_path) -> None:
    """The metrics of Streamlit list the uploads in memory."""
    with Server(tmp_path) as server, Client(server.address) as client:
        _, upload, *_ = tasks_by_user[0]
        assert upload.source == UPLOAD
        assert not run_scan(client, upload).faults
        client.click("Scan another")
        assert b"UploadedFileManager" not in client.connection.fetch("/_stcore/metrics")
        client.choose(SOURCE_LABEL, UPLOAD)
        client.upload(b"no picture")
        time.sleep(METRICS_SECONDS)
        assert b"UploadedFileManager" in client.connection.fetch("/_stcore/metrics")


def test_growth_distinguishes_a_leak_from_noise() -> None:
    noise = np.random.default_rng(0).normal(0, 5, 21)
    flat, leak = 500 + noise, 500 + noise + 3 * np.arange(21)
    assert max(measure_growth(flat).values()) < MAX_GROWTH < min(measure_growth(leak).values())


def test_search_finds_traces_of_photos(tmp_path) -> None:
    """The traces are a file, a part of one, base64, pixels and a file without a name."""
    data = make_photo(11)
    pixels = read_image(data)
    fingerprints = extract_fingerprints(data, [pixels])
    traces = {
        "whole": data,
        "half": b"log " + data[: len(data) // 2],
        "text": b"data:image/jpeg;base64," + base64.b64encode(b"x" + data),
        "pixels": pixels.tobytes(),
    }
    for name, content in traces.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "other").write_bytes(make_photo(12))
    names = {
        Path(path).name for path in find_traces(find_changed_files(0, [tmp_path]), fingerprints)
    }
    assert names == set(traces)
    process = psutil.Process()
    assert not find_traces(find_open_files([process]), fingerprints)
    with tempfile.TemporaryFile(dir=tmp_path) as nameless:
        nameless.write(data)
        nameless.flush()
        assert len(find_traces(find_open_files([process]), fingerprints)) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "check",
    [check_restart, check_full_disk, check_replaced_model, check_unplugged_chip, check_limits],
)
def test_app_survives_fault(check, classifier, tmp_path) -> None:
    try:
        found = check(tmp_path, classifier)
    except PermissionError as error:
        pytest.skip(str(error))
    assert not list_violations({check.__name__: found})


def test_head_stays_valid_if_saving_is_killed(tmp_path) -> None:
    assert not list_violations({"saving": check_saving(tmp_path, kills=1)})


def test_photos_stay_in_memory(classifier, tmp_path) -> None:
    roots = [tmp_path, ROOT / "models", ROOT / "static", Path.home() / ".streamlit"]
    found = check_privacy(tmp_path, classifier, worker=False, roots=roots)
    assert not list_violations({"privacy": found})


@pytest.mark.slow
@browser_tests
def test_show_runs_and_forgets_its_visitors(tmp_path) -> None:
    fast = ("tools.soak.booth.fast_clock", "20")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with Server(tmp_path / "fast", entry=fast) as server:
            show = run_day(server, browser, scenes=30, faster=20)
        assert show["scenes"] >= 30
        assert (show["console"], show["asked_elsewhere"]) == ([], [])
        with Server(tmp_path / "other") as server:
            visits = run_visits(server, browser, visits=1, idle=IDLE_SECONDS)
        assert visits["nothing_left"] == 1
        browser.close()


def read_report(name: str) -> dict:
    if not (FOLDER / name).is_file():
        pytest.skip(f"{name} has not been measured yet")
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_full_load_and_memory_tests_met_their_targets() -> None:
    soak = read_report("soak.json")
    assert soak["command"] == "python -m tools.soak"
    assert not list_missed_targets(soak)
    assert (soak["load"]["visitors"], soak["load"]["seconds"]) == (25, 300)
    assert soak["memory"]["scans"] >= 2000


def test_report_covers_every_fault() -> None:
    faults = read_report("faults.json")
    assert faults["command"] == "python -m tools.soak.faults"
    assert not list_violations(faults)
    assert set(FAULTS) <= set(faults)


def test_report_covers_a_day_of_the_booth() -> None:
    booth = read_report("booth.json")
    assert booth["command"] == "python -m tools.soak.booth"
    assert not list_missed_booth_targets(booth)
    assert (booth["show"]["hours"], booth["visits"]["visits"]) == (8, 20)
