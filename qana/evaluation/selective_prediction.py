"""Computes how abstention on the least certain photos lowers the error: risk against coverage.

El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", JMLR 11 (2010);
for networks, with the top probability as confidence: Geifman and El-Yaniv, "Selective
Classification for Deep Neural Networks", NeurIPS 2017.
"""

import numpy as np

from qana.evaluation.scores import RiskCoverageCurve

POINTS = 20
"""Points of a stored curve: one for each 5 % of coverage."""


def choose_confidence_threshold(
    probabilities: np.ndarray, coverage: float, weights: np.ndarray | None = None
) -> float:
    """Chooses the top probability that a share `coverage` of the photos reaches.

    Args:
        probabilities: (N, 7) floats, 0 to 1, calibrated, N >= 1; of photos that the network was
            not trained on.
        coverage: above 0, up to 1.
        weights: (N,) floats above 0 with mean 1, how much each photo counts. None if all count
            alike.

    Returns:
        The threshold, 0 to 1.
    """
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    reached = np.cumsum(np.ones(len(order)) if weights is None else weights[order])
    needed = max(1, round(coverage * len(order)))
    # A sum of weights may miss a whole number by a rounding error.
    last = min(int(np.searchsorted(reached, needed - 1e-6)), len(order) - 1)
    return float(confidence[order[last]])


def compute_risk_coverage(labels: np.ndarray, probabilities: np.ndarray) -> RiskCoverageCurve:
    """Computes the risk-coverage curve of a classifier that may abstain.

    Args:
        labels: (N,) integers, indices into `qana.classes.LABELS`, N >= 1.
        probabilities: (N, 7) floats, 0 to 1, calibrated.

    Returns:
        The curve at 5 %, 10 % up to 100 % of the photos, the most certain first. The area is the
        mean over all N coverages: Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation
        for Deep Neural Classifiers", ICLR 2019.
    """
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    wrong = (probabilities.argmax(axis=1) != labels)[order]
    risks = wrong.cumsum() / np.arange(1, len(wrong) + 1)
    kept = [max(1, round(len(wrong) * step / POINTS)) for step in range(1, POINTS + 1)]
    return RiskCoverageCurve(
        points=[(count / len(wrong), float(risks[count - 1])) for count in kept],
        aurc=float(risks.mean()),
        aurc_random=float(wrong.mean()),
    )
