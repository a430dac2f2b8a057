"""The load test of a class: what it reports, and two learners on a real server."""

from pathlib import Path
from typing import Any

import pytest

from tools.server import CHROMIUM, Server
from tools.soak.learner import Learner
from tools.soak.learner_in_browser import LearnerInBrowser
from tools.soak.lesson import MAX_SECONDS, list_missed_targets, run_lesson
from tools.soak.lesson_steps import _ACTIONS

GOOD: dict[str, Any] = {
    "troubles": [],
    "waits": [],
    "step_s": {"p95": MAX_SECONDS / 2},
    "growth_by_line": 0.0,
}


def test_a_good_run_misses_nothing() -> None:
    assert not list_missed_targets(GOOD)


@pytest.mark.parametrize(
    "found, words",
    [
        ({"troubles": ["learner 1: lost"]}, "1 errors."),
        ({"waits": ["chapter bits"]}, "A learner waits for a job: chapter bits."),
        ({"step_s": {"p95": 2.5}}, "p95 of a step is 2.5 s."),
        ({"step_s": {}}, "p95 of a step is None s."),
        ({"growth_by_line": 0.2}, "Memory grows by 20.0%."),
    ],
)
def test_a_missed_target_is_one_sentence(found: dict[str, Any], words: str) -> None:
    assert list_missed_targets(GOOD | found) == [words]


def test_a_learner_who_ends_early_for_any_reason_is_in_the_report(monkeypatch) -> None:
    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError("integer modulo by zero")

    monkeypatch.setattr("tools.soak.learner.Client", fail)
    monkeypatch.setattr("tools.soak.learner_in_browser.sync_playwright", fail)
    for learner in (Learner(3), LearnerInBrowser(3)):
        learner.learn("http://127.0.0.1:9", 1.0, (0.0, 0.0))
        assert learner.errors == ["learner 3: ZeroDivisionError: integer modulo by zero"]


@pytest.mark.slow
def test_a_browser_that_does_not_start_is_in_the_report(tmp_path: Path, monkeypatch) -> None:
    def fail() -> None:
        raise OSError("no browser")

    monkeypatch.setattr("tools.soak.learner_in_browser.sync_playwright", fail)
    with Server(tmp_path) as server:
        document = run_lesson(server, 3, 0.0, (0.1, 0.2), browsers=2)
    assert "learner 0: OSError: no browser" in document["troubles"]
    assert document["by_step_s"].keys() == {"open"}


def test_every_step_belongs_to_a_chapter() -> None:
    page = (Path(__file__).parents[2] / "pages" / "convert.py").read_text(encoding="utf-8")
    for name in _ACTIONS:
        assert f'"{name}": ' in page, name


@pytest.mark.slow
def test_learners_go_through_the_chapters(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        document = run_lesson(
            server, learners=3, seconds=60, think=(0.1, 0.2), browsers=1 if CHROMIUM else 0
        )
    assert not document["troubles"]
    assert document["steps"] > 20
    assert {"open", "own photo", "chapter spikes"} <= set(document["by_step_s"])
    if CHROMIUM:
        assert "zoom in the browser" in document["by_step_s"]
