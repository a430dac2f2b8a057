"""A measurement in its own process is followed and stopped, and waits for another one."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qana.bench.bench_process import LEFT, BenchProcess
from qana.bench.machine_lock import hold_machine_lock


def test_a_second_measurement_waits_for_the_lock(tmp_path: Path) -> None:
    lock, said, order = tmp_path / "lock", threading.Event(), []

    def second() -> None:
        with hold_machine_lock(said.set, lock):
            order.append("second")

    with hold_machine_lock(lambda: None, lock):
        waiter = threading.Thread(target=second)
        waiter.start()
        assert said.wait(5)
        order.append("first")
    waiter.join(5)
    assert order == ["first", "second"]


@pytest.fixture
def job() -> Iterator[BenchProcess]:
    made = BenchProcess("akida2", ["akida", "dense"], [1], 60)
    yield made
    made.stop()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
def test_a_process_can_be_followed_and_stopped(job: BenchProcess) -> None:
    until(lambda: len(job.latencies_ms[("akida", 1)]) > 3)
    assert job.state == "running" and 0 < job.share < 1
    other = BenchProcess("akida2", ["akida"], [1], 1)  # a second visitor waits
    time.sleep(2)
    assert other.state == "waiting" and not other.latencies_ms
    job.stop()
    assert job.is_over and job.state == "stopped" and job.error is None
    until(lambda: other.is_over)
    assert other.finished_result is not None and other.rows[0].provenance == "measured"
    seen = len(job.latencies_ms[("akida", 1)])
    time.sleep(0.5)
    assert len(job.latencies_ms[("akida", 1)]) == seen


@pytest.mark.slow
def test_a_process_that_is_not_wanted_ends_with_an_error() -> None:
    left = threading.Event()
    job = BenchProcess("akida2", ["akida"], [1], 60, is_wanted=lambda: not left.is_set())
    until(lambda: job.latencies_ms[("akida", 1)] != [])
    left.set()
    until(lambda: job.is_over)
    assert job.error == LEFT


def test_a_process_that_cannot_run_gives_its_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QANA_MODELS", str(tmp_path))
    job = BenchProcess("akida2", ["akida"], [1], 60)
    until(lambda: job.is_over)
    assert "manifest.json, cannot be read" in str(job.error)
