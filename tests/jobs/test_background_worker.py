"""The worker computes apart from the server: in turn, told of as it goes, not waited for."""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from qana.errors import UserError
from qana.jobs.background_worker import FORGOTTEN, STOPPED, TURN, BackgroundWorker, Job
from qana.jobs.cache import Cache
from qana.jobs.worker import ProgressCallback

HERE = "tests.jobs.test_background_worker"


def count(store: Cache, tell: ProgressCallback, upto: int) -> list[Any]:
    """A task: counts, and says how often it has been asked for the same."""
    for number in range(upto):
        tell(f"counting {number}", number / upto)
        time.sleep(0.05)
    asked = store.get(("asked", upto), list)
    asked.append(upto)
    return list(asked)


def refuse(store: Cache, tell: ProgressCallback) -> None:
    raise UserError("Not today.")


def stumble(store: Cache, tell: ProgressCallback) -> None:
    raise ZeroDivisionError


def fall_over(store: Cache, tell: ProgressCallback) -> None:
    os._exit(3)


def grow(store: Cache, tell: ProgressCallback, bytes_: int) -> int:
    """Holds so much memory, and says which process it was."""
    sys.modules["__main__"]._memory = lambda: bytes_
    return os.getpid()


def litter(store: Cache, tell: ProgressCallback) -> str:
    """Leaves a file, as TensorFlow leaves the code that it generates."""
    with tempfile.NamedTemporaryFile(delete=False) as file:
        return file.name


@pytest.fixture
def worker():
    opened = BackgroundWorker()
    yield opened
    opened.close()


def finished(job: Job) -> Job:
    for _ in range(300):
        if job.done:
            return job
        time.sleep(0.05)
    raise AssertionError("the worker did not answer")


def test_a_task_tells_how_far_it_is_and_what_it_keeps_is_there_again(worker) -> None:
    first = worker.submit(f"{HERE}:count", upto=8)
    second = worker.submit(f"{HERE}:count", upto=8)
    words = set()
    while not first.done:
        words.add(first.answer.words)
        time.sleep(0.02)
    assert "counting 3" in words
    assert first.answer.value == [8]
    assert finished(second).answer.value == [8, 8]


def test_trouble_is_one_sentence_and_the_next_in_the_queue_is_served(worker) -> None:
    refused = worker.submit(f"{HERE}:refuse")
    fell = worker.submit(f"{HERE}:stumble")
    served = worker.submit(f"{HERE}:count", upto=1)
    assert finished(refused).answer.error == "Not today."
    assert "a fault of ours" in finished(fell).answer.error
    assert "ZeroDivisionError" in fell.answer.error
    assert finished(served).answer.value == [1]


def test_a_killed_process_is_started_again_and_the_task_repeated(worker) -> None:
    job = worker.submit(f"{HERE}:count", upto=20)
    while "counting" not in job.answer.words:
        time.sleep(0.02)
    worker._process.kill()
    assert finished(job).answer.value == [20]
    assert worker.running


def test_a_task_that_takes_its_process_along_is_given_up_and_the_next_is_served(worker) -> None:
    fatal = worker.submit(f"{HERE}:fall_over")
    served = worker.submit(f"{HERE}:count", upto=1)
    assert finished(fatal).answer.error == STOPPED
    assert finished(served).answer.value == [1]


def test_a_process_that_has_grown_too_large_makes_way_for_a_fresh_one(worker) -> None:
    first = finished(worker.submit(f"{HERE}:grow", bytes_=5_000_000_000)).answer.value
    second = finished(worker.submit(f"{HERE}:grow", bytes_=0)).answer.value
    third = finished(worker.submit(f"{HERE}:grow", bytes_=0)).answer.value
    assert first != second == third


def test_what_nobody_looks_at_any_more_is_passed_over(worker, monkeypatch) -> None:
    monkeypatch.setattr("qana.jobs.background_worker.WANTED_SECONDS", 0.5)
    first = worker.submit(f"{HERE}:count", upto=30)
    left = worker.submit(f"{HERE}:count", upto=31)
    wanted = worker.submit(f"{HERE}:count", upto=2)
    assert finished(wanted).answer.value == [2]
    assert first.done
    assert left.answer.words.startswith(TURN)
    assert finished(left).answer.value == [31]  # somebody came back


def test_what_was_forgotten_in_the_queue_is_given_up_so_that_it_can_be_asked_again(
    worker, monkeypatch
) -> None:
    monkeypatch.setattr("qana.jobs.background_worker.WANTED_SECONDS", 0.2)
    monkeypatch.setattr("qana.jobs.background_worker.FORGOTTEN_SECONDS", 0.4)
    first = worker.submit(f"{HERE}:count", upto=30)
    left = worker.submit(f"{HERE}:count", upto=31)
    assert finished(first).answer.value == [30]
    time.sleep(1)
    assert left.answer.error == FORGOTTEN


def test_who_waits_is_told_how_many_are_before(worker) -> None:
    jobs = [worker.submit(f"{HERE}:count", upto=12) for _ in range(4)]
    words = set()
    while not jobs[-1].done:
        words.add(jobs[-1].answer.words)
        for job in jobs:
            _ = job.done  # each has a visitor who looks
        time.sleep(0.02)
    assert {f"{TURN}: 2 before it", f"{TURN}: 1 before it"} <= words


def test_what_is_left_over_at_the_end_is_said_and_nothing_stays_on_disk(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    worker = BackgroundWorker()
    written = finished(worker.submit(f"{HERE}:litter")).answer.value
    assert Path(written).is_relative_to(tmp_path) and Path(written).is_file()
    jobs = [worker.submit(f"{HERE}:count", upto=200) for _ in range(2)]
    worker.close()
    assert [finished(job).answer.error for job in jobs] == [STOPPED] * 2
    assert not list(tmp_path.iterdir())


def test_the_store_drops_what_was_not_used_for_longest() -> None:
    store = Cache()
    made = [store.get(("network", key), lambda key=key: [key], room=2) for key in "ab"]
    assert store.get(("other", "a"), list) == []
    assert store.get(("network", "a"), list, room=2) is made[0]
    store.get(("network", "c"), list, room=2)
    assert store.get(("network", "a"), list, room=2) is made[0]
    assert store.get(("network", "b"), lambda: ["anew"], room=2) == ["anew"]


def test_a_closed_worker_gives_no_value_and_lets_nobody_wait() -> None:
    closed = BackgroundWorker()
    closed.close()
    job = closed.submit(f"{HERE}:count", upto=1)
    assert job.done
    assert job.answer.error == STOPPED
