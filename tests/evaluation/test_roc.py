"""ROC curves and the intervals of their areas."""

import numpy as np
import pytest
from sklearn.metrics import auc, roc_auc_score

from qana.evaluation.roc import compute_auc_interval, roc, thin_curve


def test_a_thinned_curve_keeps_its_area() -> None:
    random = np.random.default_rng(1)
    positive = random.random(2000) < 0.2
    scores = random.normal(size=2000) + positive
    curve = np.array(thin_curve(positive, scores, most=60))
    assert len(curve) == 60
    assert curve[0].tolist() == [0, 0] and curve[-1].tolist() == [1, 1]
    assert (np.diff(curve, axis=0) >= 0).all()
    assert auc(*curve.T) == pytest.approx(roc_auc_score(positive, scores), abs=0.002)


def test_a_perfect_and_a_one_sided_curve() -> None:
    positive = np.array([True, True, False, False])
    found = roc(positive, np.array([4, 3, 2, 1]), np.arange(4))
    assert found is not None
    assert found.auc == 1
    assert found.auc_ci95 == (1, 1)
    assert roc(np.ones(4, dtype=bool), np.arange(4), np.arange(4)) is None


def test_the_interval_of_an_area_holds_the_area_and_its_ties() -> None:
    random = np.random.default_rng(2)
    positive = random.random(300) < 0.3
    scores = np.round(random.normal(size=300) + positive)
    low, high = compute_auc_interval(positive, scores, np.arange(300))
    area = roc_auc_score(positive, scores)
    assert low < area < high
    # Hanley and McNeil's standard error for about 90 positives: near 0.03.
    assert high - low == pytest.approx(4 * 0.03, rel=0.25)
    copies = np.repeat(np.arange(300), 3)
    tripled = compute_auc_interval(np.repeat(positive, 3), np.repeat(scores, 3), copies)
    assert tripled == pytest.approx([low, high]), "three photos of a lesion tell no more than one"
