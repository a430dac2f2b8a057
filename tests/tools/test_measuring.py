"""The replay of a browser's measurement is what a browser would send."""

import random
from typing import Any

import numpy as np
import pytest

from qana.bench.browser_package import BrowserPackage
from qana.bench.browser_run import counts, read_browser_report
from qana.export.float_graph import FloatGraph
from tools.soak.measuring import MAX_RATIO, list_missed_targets
from tools.soak.measuring_client import BATCHES, RUNS, make_report

PART = {"wrong_answers": 0, "other_cores": 0.0}
GOOD: dict[str, Any] = {
    "alone": PART,
    "together": PART,
    "clients": {"measurements": 9, "errors": []},
    "real_browser": {"opened": True, "runs": 40},
    "ratio": 1.1,
}


def test_a_replayed_report_makes_rows_that_count() -> None:
    logits = np.arange(21, dtype=np.float32).reshape(3, 7)
    photos = np.zeros((3, 8, 8, 3), np.uint8)
    package = BrowserPackage("akida2", "0" * 64, 1, FloatGraph(8, ()), photos, logits)
    run = read_browser_report(make_report(package, "Virtual GPU 5", random.Random(5)), package)
    assert run.device == "Virtual GPU 5" and not run.is_software
    assert [row.batch for row in run.rows] == list(BATCHES)
    assert all(counts(row) and row.runs == RUNS for row in run.rows)


def test_a_good_run_misses_nothing() -> None:
    assert list_missed_targets(GOOD) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ratio": MAX_RATIO}, "an answer takes 1.50 times as long as alone."),
        ({"together": PART | {"wrong_answers": 2}}, "together: 2 wrong answers."),
        ({"clients": {"measurements": 0, "errors": []}}, "clients: none has completed"),
        ({"clients": {"measurements": 3, "errors": ["visitor 1: lost"]}}, "visitor 1: lost"),
        ({"real_browser": {"opened": True, "runs": 0}}, "real browser: it has not measured."),
    ],
)
def test_each_missed_target_is_named(change: dict[str, Any], words: str) -> None:
    (sentence,) = list_missed_targets(GOOD | change)
    assert sentence.startswith(words)


def test_a_ratio_is_not_judged_beside_other_programs() -> None:
    busy = PART | {"other_cores": 1.5}
    assert list_missed_targets(GOOD | {"together": busy, "ratio": 4.0}) == []
