"""Bins of a reliability diagram against counts by hand."""

import numpy as np
import pytest

from qana.classes import LABELS
from qana.evaluation.metrics import compute_expected_calibration_error
from qana.evaluation.reliability import compute_reliability
from qana.evaluation.scores import ReliabilityBin
from qana.inference.temperature import softmax

MEL, NV = LABELS.index("mel"), LABELS.index("nv")


def sure(predicted: list[int], confidence: float = 0.9) -> np.ndarray:
    return np.where(np.eye(7)[predicted] == 1, confidence, (1 - confidence) / 6)


def test_bins_of_reliability_by_hand() -> None:
    labels = np.array([NV, NV, MEL, MEL])
    bins = compute_reliability(
        labels, np.concatenate([sure([NV, MEL], 0.9), sure([MEL, MEL], 0.5)])
    )
    assert bins == [
        ReliabilityBin(confidence=pytest.approx(0.5), accuracy=1.0, n=2),
        ReliabilityBin(confidence=pytest.approx(0.9), accuracy=0.5, n=2),
    ]


def test_bins_of_reliability_average_to_the_calibration_error() -> None:
    random = np.random.default_rng(0)
    labels, probabilities = random.integers(7, size=400), softmax(random.normal(size=(400, 7)) * 3)
    bins = compute_reliability(labels, probabilities)
    gaps = sum(b.n * abs(b.accuracy - b.confidence) for b in bins) / 400
    assert gaps == pytest.approx(compute_expected_calibration_error(labels, probabilities))
    assert sum(b.n for b in bins) == 400
