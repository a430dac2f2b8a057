"""Scores by group against counts by hand."""

import numpy as np

from qana.classes import LABELS
from qana.evaluation.scores import GroupIntervals
from qana.evaluation.subgroups import AGE_BANDS, name_age_band, score_groups

MEL, NV = LABELS.index("mel"), LABELS.index("nv")


def sure(predicted: list[int], confidence: float = 0.9) -> np.ndarray:
    return np.where(np.eye(7)[predicted] == 1, confidence, (1 - confidence) / 6)


def test_ages_fall_into_their_bands() -> None:
    ages = {0: "under 30", 29.9: "under 30", 30: "30 to 44", 59: "45 to 59", 75: "75 and over"}
    assert {age: name_age_band(age) for age in ages} == ages
    assert name_age_band(None) == "unknown"


def test_groups_by_hand() -> None:
    # Ten women with melanomas of which seven are found; three men with moles.
    labels = np.array([MEL] * 10 + [NV] * 3)
    probabilities = sure([MEL] * 7 + [NV] * 6)
    women, men = score_groups(["f"] * 10 + ["m"] * 3, labels, probabilities, np.arange(13))
    assert (women.group, women.n, women.melanomas) == ("f", 10, 10)
    assert women.accuracy == women.balanced_accuracy == women.melanoma_recall == 0.7
    low, high = women.ci95.melanoma_recall
    assert low < 0.7 < high
    assert (men.n, men.classes, men.accuracy) == (3, 1, None), "three photos tell nothing"
    assert men.ci95 == GroupIntervals(None, None, None)


def test_groups_are_in_the_order_that_a_reader_expects() -> None:
    names = ["unknown", *reversed(AGE_BANDS)]
    found = score_groups(names, np.full(6, NV), sure([NV] * 6), np.arange(6))
    assert [group.group for group in found] == [*AGE_BANDS, "unknown"]
