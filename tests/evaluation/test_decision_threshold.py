"""Thresholds and predictive values against counts by hand."""

import numpy as np
import pytest

from qana.evaluation.decision_threshold import (
    Outcomes,
    choose_threshold,
    compute_predictive_values,
    count_outcomes,
    measure_at_threshold,
)


def test_a_threshold_finds_what_was_asked_and_no_more() -> None:
    positive = np.arange(20) < 10
    scores = np.concatenate([np.arange(10), np.full(10, -1)]) / 10
    assert choose_threshold(positive, scores, 0.9) == 0.1
    assert choose_threshold(positive, scores, 1.0) == 0.0
    assert choose_threshold(positive, scores, 0.01) == 0.9
    found = measure_at_threshold(positive, scores, 0.5, np.arange(20))
    assert found.sensitivity == 0.5
    assert found.specificity == 1
    assert found.positives == 10
    for wrong in ((np.zeros(20, dtype=bool), 0.9), (positive, 0.0), (positive, 1.1)):
        with pytest.raises(ValueError, match="positive is needed"):
            choose_threshold(wrong[0], scores, wrong[1])


def test_predictive_values_by_hand() -> None:
    # Of 10,000 people 100 are ill: 90 are found; of 9,900, 1,980 are called without need.
    positive, negative = compute_predictive_values(0.9, 0.8, 0.01)
    assert positive == pytest.approx(9 / (9 + 198))
    assert negative == pytest.approx(792 / 793)
    found = count_outcomes(0.9, 0.8, 0.01)
    assert found == Outcomes(found=90, missed=10, alarmed=1980, passed=7920)


def test_predictive_values_at_the_ends() -> None:
    assert compute_predictive_values(0.9, 0.8, 0) == (0, 1)
    assert compute_predictive_values(0.9, 0.8, 1) == (1, 0)
    assert compute_predictive_values(0, 1, 0.5) == (None, 0.5)
    assert compute_predictive_values(1, 0, 0.5) == (0.5, None)
    for prevalence in (0, 0.001, 0.3333, 1):
        assert sum(vars(count_outcomes(0.84, 0.77, prevalence)).values()) == 10_000
