"""The workshop computes apart from the server: in turn, told of as it goes, not waited for."""

import time
from typing import Any

import pytest

from qana.errors import UserError
from qana.workshop.client import STOPPED, Job, Workshop
from qana.workshop.store import Store
from qana.workshop.worker import Tell

HERE = "tests.test_workshop"


def count(store: Store, tell: Tell, upto: int) -> list[Any]:
    """A task: counts, and says how often it has been asked for the same."""
    for number in range(upto):
        tell(f"counting {number}", number / upto)
        time.sleep(0.05)
    asked = store.get(("asked", upto), list)
    asked.append(upto)
    return list(asked)


def refuse(store: Store, tell: Tell) -> None:
    raise UserError("Not today.")


def stumble(store: Store, tell: Tell) -> None:
    raise ZeroDivisionError


@pytest.fixture
def workshop():
    opened = Workshop()
    yield opened
    opened.close()


def finished(job: Job) -> Job:
    for _ in range(300):
        if job.done:
            return job
        time.sleep(0.05)
    raise AssertionError("the workshop did not answer")


def test_a_task_tells_how_far_it_is_and_what_it_keeps_is_there_again(workshop) -> None:
    first = workshop.ask(f"{HERE}:count", upto=8)
    second = workshop.ask(f"{HERE}:count", upto=8)
    words = set()
    while not first.done:
        words.add(first.answer.words)
        time.sleep(0.02)
    assert "counting 3" in words
    assert first.answer.value == [8]
    assert finished(second).answer.value == [8, 8]


def test_trouble_is_one_sentence_and_the_next_in_the_queue_is_served(workshop) -> None:
    refused = workshop.ask(f"{HERE}:refuse")
    fell = workshop.ask(f"{HERE}:stumble")
    served = workshop.ask(f"{HERE}:count", upto=1)
    assert finished(refused).answer.trouble == "Not today."
    assert "a fault of ours" in finished(fell).answer.trouble
    assert "ZeroDivisionError" in fell.answer.trouble
    assert finished(served).answer.value == [1]


def test_a_process_that_is_gone_is_said_and_started_again(workshop) -> None:
    lost = workshop.ask(f"{HERE}:count", upto=200)
    workshop.close()
    assert finished(lost).answer.trouble == STOPPED
    assert finished(workshop.ask(f"{HERE}:count", upto=1)).answer.value == [1]


def test_the_store_drops_what_was_not_used_for_longest() -> None:
    store = Store()
    made = [store.get(("network", key), lambda key=key: [key], room=2) for key in "ab"]
    assert store.get(("other", "a"), list) == []
    assert store.get(("network", "a"), list, room=2) is made[0]
    store.get(("network", "c"), list, room=2)
    assert store.get(("network", "a"), list, room=2) is made[0]
    assert store.get(("network", "b"), lambda: ["anew"], room=2) == ["anew"]
