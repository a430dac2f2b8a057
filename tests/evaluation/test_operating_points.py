"""The curves equal scikit-learn's, and a point counts what it says."""

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from qana.evaluation.operating_points import compute_operating_curve


@pytest.mark.parametrize("seed", range(20))
def test_curves_equal_those_of_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 300))
    positive = rng.random(count) < rng.random()
    positive[:2] = True, False
    scores = rng.random(count).round(int(rng.integers(1, 6)))  # few digits make ties
    curve = compute_operating_curve(positive, scores)
    assert curve is not None
    false, true, thresholds = roc_curve(positive, scores, drop_intermediate=False)
    np.testing.assert_array_equal(curve.false_positive_rate, false)
    np.testing.assert_array_equal(curve.sensitivity, true)
    np.testing.assert_array_equal(curve.thresholds, thresholds)
    precision, recall, _ = precision_recall_curve(positive, scores)
    np.testing.assert_array_equal(curve.precision[::-1], precision)
    np.testing.assert_array_equal(curve.sensitivity[::-1], recall)
    assert curve.auc == pytest.approx(roc_auc_score(positive, scores))
    assert curve.average_precision == pytest.approx(average_precision_score(positive, scores))


@pytest.mark.parametrize("threshold", [0, 0.1, 0.3, 0.30000001, 0.5, 0.9, 1])
def test_a_point_counts_the_photos_that_reach_the_threshold(threshold: float) -> None:
    positive = np.array([True, True, False, False, True, False])
    scores = np.array([0.9, 0.3, 0.3, 0.1, 0.5, 0.0])
    point = compute_operating_curve(positive, scores).measure(threshold)
    called = scores >= threshold
    assert point.found == np.sum(called & positive)
    assert point.missed == np.sum(~called & positive)
    assert point.alarmed == np.sum(called & ~positive)
    assert point.passed == np.sum(~called & ~positive)
    assert point.sensitivity == point.found / 3
    assert (point.precision is None) == (not called.any())


def test_photos_of_one_side_have_no_curve() -> None:
    assert compute_operating_curve(np.array([True, True]), np.array([0.1, 0.2])) is None
    assert compute_operating_curve(np.array([False]), np.array([0.1])) is None
