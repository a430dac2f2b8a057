"""Whether the network is right as often as it says: the data of a reliability diagram."""

import numpy as np

ECE_BINS = 15


def confidence_bins(probabilities: np.ndarray) -> np.ndarray:
    """(N,) int64, 0 to 14: the bin of each photo's top probability.

    Bins are of equal width and closed above, as in Guo et al., "On Calibration of Modern Neural
    Networks", ICML 2017.
    """
    edges = np.linspace(0.0, 1.0, ECE_BINS + 1)[1:-1]
    return np.digitize(probabilities.max(axis=1), edges, right=True)


def reliability(labels: np.ndarray, probabilities: np.ndarray) -> list[dict[str, float]]:
    """How sure the network is and how often it is right, bin by bin.

    The gaps between the two, weighted by n, average to
    `qana.evaluation.metrics.expected_calibration_error`.

    Args:
        labels: (N,) integers, indices into `qana.classes.LABELS`, N >= 1.
        probabilities: (N, 7) floats, 0 to 1, each row summing to 1.

    Returns:
        For each bin that holds a photo, from unsure to sure: confidence (mean top probability),
        accuracy, both 0 to 1, and n (photos).
    """
    bins = confidence_bins(probabilities)
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    return [
        {
            "confidence": float(confidence[bins == index].mean()),
            "accuracy": float(correct[bins == index].mean()),
            "n": int((bins == index).sum()),
        }
        for index in np.unique(bins)
    ]
