"""What is gained by keeping silent on the least sure photos: risk against coverage.

El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", JMLR 11 (2010);
for networks, with the top probability as confidence: Geifman and El-Yaniv, "Selective
Classification for Deep Neural Networks", NeurIPS 2017.
"""

from typing import Any

import numpy as np

POINTS = 20
"""Points of a stored curve: one for each 5 % of coverage."""


def confidence_threshold(probabilities: np.ndarray, coverage: float) -> float:
    """The top probability that a share `coverage` of the photos reaches.

    Args:
        probabilities: (N, 7) floats, 0 to 1, calibrated, N >= 1; of photos that the network was
            not trained on.
        coverage: above 0, up to 1.
    """
    confidence = np.sort(probabilities.max(axis=1))[::-1]
    return float(confidence[max(1, round(coverage * len(confidence))) - 1])


def risk_coverage(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, Any]:
    """The risk-coverage curve of a classifier that may keep silent.

    Args:
        labels: (N,) integers, indices into `qana.classes.LABELS`, N >= 1.
        probabilities: (N, 7) floats, 0 to 1, calibrated.

    Returns:
        points: [coverage, risk] at 5 %, 10 % up to 100 % of the photos, the surest first; risk is
            the share of wrong answers among them, 0 to 1.
        aurc: area under the curve, the mean risk over all N coverages, 0 to 1; lower is better
            (Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation for Deep Neural
            Classifiers", ICLR 2019).
        aurc_random: the same for a silence that knows nothing: the error rate.
    """
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    wrong = (probabilities.argmax(axis=1) != labels)[order]
    risks = wrong.cumsum() / np.arange(1, len(wrong) + 1)
    kept = [max(1, round(len(wrong) * step / POINTS)) for step in range(1, POINTS + 1)]
    return {
        "points": [[count / len(wrong), float(risks[count - 1])] for count in kept],
        "aurc": float(risks.mean()),
        "aurc_random": float(wrong.mean()),
    }
