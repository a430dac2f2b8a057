"""Computes the bins of a reliability diagram: confidence against accuracy."""

import numpy as np

from qana.evaluation.scores import ReliabilityBin

ECE_BINS = 15


def assign_bins(probabilities: np.ndarray) -> np.ndarray:
    """Assigns each photo to the bin of its top probability.

    Bins are of equal width and closed above, as in Guo et al., "On Calibration of Modern Neural
    Networks", ICML 2017.

    Args:
        probabilities: (N, 7) floats, 0 to 1.

    Returns:
        (N,) int64, 0 to 14.
    """
    edges = np.linspace(0.0, 1.0, ECE_BINS + 1)[1:-1]
    return np.digitize(probabilities.max(axis=1), edges, right=True)


def compute_reliability(labels: np.ndarray, probabilities: np.ndarray) -> list[ReliabilityBin]:
    """Computes mean confidence and accuracy bin by bin.

    The gaps between the two, weighted by n, average to
    `qana.evaluation.metrics.compute_expected_calibration_error`.

    Args:
        labels: (N,) integers, indices into `qana.classes.LABELS`, N >= 1.
        probabilities: (N, 7) floats, 0 to 1, each row summing to 1.

    Returns:
        The bins that hold a photo, from low to high confidence.
    """
    bins = assign_bins(probabilities)
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    return [
        ReliabilityBin(
            confidence=float(confidence[bins == index].mean()),
            accuracy=float(correct[bins == index].mean()),
            n=int((bins == index).sum()),
        )
        for index in np.unique(bins)
    ]
