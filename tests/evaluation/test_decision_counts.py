"""Decisions at whole percents count what reaches a threshold, and net benefit weighs them."""

import numpy as np
import pytest

from qana.evaluation.decision_counts import DecisionCounts, count_decisions
from qana.evaluation.operating_points import compute_operating_curve


@pytest.mark.parametrize("seed", range(10))
def test_counts_are_those_of_the_exact_curve(seed: int) -> None:
    random = np.random.default_rng(seed)
    positive, scores = random.random(300) < 0.3, random.random(300)
    counts, exact = count_decisions(positive, scores), compute_operating_curve(positive, scores)
    assert counts is not None and exact is not None
    for percent in range(101):
        called = scores >= percent / 100
        assert counts.found[percent] == (called & positive).sum()
        assert counts.alarmed[percent] == (called & ~positive).sum()
        stored, other = counts.curve.measure(percent / 100), exact.measure(percent / 100)
        assert (stored.found, stored.missed) == (other.found, other.missed)
        assert (stored.alarmed, stored.passed) == (other.alarmed, other.passed)
    assert counts.curve.auc == pytest.approx(exact.auc, abs=0.02)


def test_photos_of_one_side_have_no_decisions() -> None:
    for positive in ([True, True], [False, False]):
        assert count_decisions(np.array(positive), np.array([0.1, 0.9])) is None


def test_net_benefit_weighs_calls_without_need_by_the_odds() -> None:
    found, alarmed = [10] * 101, [90] * 101
    found[20], alarmed[20] = 8, 12
    counts = DecisionCounts(positives=10, negatives=90, found=found, alarmed=alarmed)
    assert counts.prevalence == 0.1
    assert counts.compute_net_benefit(20) == pytest.approx((8 - 12 * 0.25) / 100)
    assert counts.compute_benefit_of_all(20) == pytest.approx((10 - 90 * 0.25) / 100)
    assert counts.compute_benefit_of_all(0) == pytest.approx(0.1)
    assert counts.compute_benefit_of_all(10) == pytest.approx(0)
