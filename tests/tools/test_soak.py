"""The soak run at a small size, and what its full size left in models/hardening/.

Each answer is compared with the network's own; what must hold under a fault is asserted sentence by
sentence.
"""

import base64
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import sync_playwright

from qana.imaging import read_image
from tests.doubles.real_browser import CHROMIUM, FLAGS
from tests.doubles.real_browser import pytestmark as browser_tests
from tools.server import ROOT, Server
from tools.soak.__main__ import misses
from tools.soak.booth.__main__ import IDLE
from tools.soak.booth.__main__ import misses as unmet
from tools.soak.booth.day import run_day, run_visits
from tools.soak.client import Client
from tools.soak.faults.__main__ import ALL, broken
from tools.soak.faults.chip import unplugged
from tools.soak.faults.disk import full_disk
from tools.soak.faults.limits import limits
from tools.soak.faults.model_file import replaced_model
from tools.soak.faults.privacy import privacy
from tools.soak.faults.restart import restart, saving
from tools.soak.faults.traces import changed_files, marks, open_files, with_a_photo
from tools.soak.load import run_load, tasks_of
from tools.soak.memory import MOST_GROWTH, growth, run_memory
from tools.soak.photos import photo
from tools.soak.results import FOLDER
from tools.soak.visits import UPLOAD, WHERE, Task, scan_once

VISITORS = 4
METRICS_SECONDS = 5.5


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def crowd(classifier) -> list[list[Task]]:
    return [tasks_of(number, classifier) for number in range(VISITORS)]


@pytest.mark.slow
def test_every_visitor_gets_the_verdict_of_their_own_photo(server, crowd) -> None:
    found = run_load(server, crowd, seconds=12, think=(0.2, 1.0))
    assert (found["wrong"], found["troubles"]) == ([], [])
    assert found["scans"] >= found["visitors"] == VISITORS
    assert 0 < found["to_the_verdict_s"]["p50"] <= found["to_the_verdict_s"]["p95"]


def test_visitors_come_and_go_and_their_answers_stay_right(server, crowd) -> None:
    tasks = [task for tasks in crowd for task in tasks]
    found = run_memory(server, tasks, scans=24, warm_up=6, every=6)
    assert (found["wrong"], found["troubles"], found["scans"]) == ([], [], 24)
    assert len(found["memory_mb"]) >= 4


def test_an_answer_that_belongs_to_somebody_else_is_noticed(server, crowd) -> None:
    (_, mine, *_), (_, theirs, *_) = crowd[:2]
    with Client(server.address) as client:
        assert not scan_once(client, mine).faults
        faults = scan_once(client, replace(mine, right=theirs.right)).faults
    assert any("missing" in fault for fault in faults)
    assert any("another picture" in fault for fault in faults)


def test_an_upload_is_dropped_when_its_page_is_left(crowd, tmp_path) -> None:
    """The server's own figures say what it holds; it makes them anew every few seconds."""
    with Server(tmp_path) as server, Client(server.address) as client:
        _, upload, *_ = crowd[0]
        assert upload.way == UPLOAD
        assert not scan_once(client, upload).faults
        client.press("Scan another")
        assert b"UploadedFileManager" not in client.fetch("/_stcore/metrics")
        client.choose(WHERE, UPLOAD)
        client.upload(b"no picture")
        time.sleep(METRICS_SECONDS)
        assert b"UploadedFileManager" in client.fetch("/_stcore/metrics")


def test_growth_tells_a_leak_from_noise() -> None:
    noise = np.random.default_rng(0).normal(0, 5, 21)
    flat, leak = 500 + noise, 500 + noise + 3 * np.arange(21)
    assert max(growth(flat).values()) < MOST_GROWTH < min(growth(leak).values())


def test_photos_left_behind_are_found(tmp_path) -> None:
    """The search itself: a file, a part of one, base64, pixels, a file without a name."""
    data = photo(11)
    pixels = read_image(data)
    wanted = marks(data, [pixels])
    left = {
        "whole": data,
        "half": b"log " + data[: len(data) // 2],
        "text": b"data:image/jpeg;base64," + base64.b64encode(b"x" + data),
        "pixels": pixels.tobytes(),
    }
    for name, found in left.items():
        (tmp_path / name).write_bytes(found)
    (tmp_path / "other").write_bytes(photo(12))
    names = {Path(path).name for path in with_a_photo(changed_files(0, [tmp_path]), wanted)}
    assert names == set(left)
    here = psutil.Process()
    assert not with_a_photo(open_files([here]), wanted)
    with tempfile.TemporaryFile(dir=tmp_path) as nameless:
        nameless.write(data)
        nameless.flush()
        assert len(with_a_photo(open_files([here]), wanted)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("fault", [restart, full_disk, replaced_model, unplugged, limits])
def test_the_app_goes_on_after(fault, classifier, tmp_path) -> None:
    try:
        found = fault(tmp_path, classifier)
    except PermissionError as error:
        pytest.skip(str(error))
    assert not broken({fault.__name__: found})


def test_a_head_is_whole_whenever_its_saving_is_stopped(tmp_path) -> None:
    assert not broken({"saving": saving(tmp_path, kills=1)})


def test_no_photo_touches_a_disk(classifier, tmp_path) -> None:
    roots = [tmp_path, ROOT / "models", ROOT / "static", Path.home() / ".streamlit"]
    found = partial(privacy, workshop=False, roots=roots)(tmp_path, classifier)
    assert not broken({"privacy": found})


@pytest.mark.slow
@browser_tests
def test_the_show_goes_on_and_forgets_its_visitors(tmp_path) -> None:
    fast = ("tools.soak.booth.fast_clock", "20")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with Server(tmp_path / "fast", entry=fast) as server:
            show = run_day(server, browser, scenes=30, faster=20)
        assert show["scenes"] >= 30
        assert (show["console"], show["asked_elsewhere"]) == ([], [])
        with Server(tmp_path / "other") as server:
            visits = run_visits(server, browser, visits=1, idle=IDLE)
        assert visits["nothing_left"] == 1
        browser.close()


def result(name: str) -> dict:
    if not (FOLDER / name).is_file():
        pytest.skip(f"{name} is yet to be measured")
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def test_the_full_soak_run_met_its_targets() -> None:
    soak = result("soak.json")
    assert soak["command"] == "python -m tools.soak"
    assert not misses(soak)
    assert (soak["load"]["visitors"], soak["load"]["seconds"]) == (25, 300)
    assert soak["memory"]["scans"] >= 2000


def test_every_fault_was_gone_through() -> None:
    faults = result("faults.json")
    assert faults["command"] == "python -m tools.soak.faults"
    assert not broken(faults)
    assert set(ALL) <= set(faults)


def test_the_booth_went_through_a_day() -> None:
    booth = result("booth.json")
    assert booth["command"] == "python -m tools.soak.booth"
    assert not unmet(booth)
    assert (booth["show"]["hours"], booth["visits"]["visits"]) == (8, 20)
