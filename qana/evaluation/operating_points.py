"""Computes ROC and precision-recall curves, and what a decision at one threshold is worth.

Needs numpy alone, so that the pages of the light version can use it.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class OperatingPoint:
    """The decisions at one threshold: a photo is called positive if its score reaches it.

    Attributes:
        threshold: 0 to 1.
        found: positives that are called.
        missed: positives that are not called.
        alarmed: negatives that are called.
        passed: negatives that are not called.
    """

    threshold: float
    found: int
    missed: int
    alarmed: int
    passed: int

    @property
    def sensitivity(self) -> float | None:
        """Share of the positives that are called, 0 to 1; None without positives."""
        return _divide(self.found, self.found + self.missed)

    @property
    def specificity(self) -> float | None:
        """Share of the negatives that are not called, 0 to 1; None without negatives."""
        return _divide(self.passed, self.passed + self.alarmed)

    @property
    def precision(self) -> float | None:
        """Share of the called that are positive, 0 to 1; None if none is called."""
        return _divide(self.found, self.found + self.alarmed)

    @property
    def negative_predictive_value(self) -> float | None:
        """Share of the others that are negative, 0 to 1; None if all are called."""
        return _divide(self.passed, self.passed + self.missed)


@dataclass(frozen=True, eq=False)
class OperatingCurve:
    """The decisions at every threshold that changes one, from none called to all called.

    Attributes:
        thresholds: (T,) float64, falling; the first one is above every score.
        found: (T,) int64, positives that are called.
        alarmed: (T,) int64, negatives that are called.
    """

    thresholds: np.ndarray
    found: np.ndarray
    alarmed: np.ndarray

    @property
    def positives(self) -> int:
        """Number of positives."""
        return int(self.found[-1])

    @property
    def negatives(self) -> int:
        """Number of negatives."""
        return int(self.alarmed[-1])

    @property
    def sensitivity(self) -> np.ndarray:
        """(T,) share of the positives that are called, 0 to 1."""
        return self.found / self.positives

    @property
    def false_positive_rate(self) -> np.ndarray:
        """(T,) share of the negatives that are called, 0 to 1."""
        return self.alarmed / self.negatives

    @property
    def precision(self) -> np.ndarray:
        """(T,) share of the called that are positive; 1 if none is called, as scikit-learn does."""
        called = self.found + self.alarmed
        return np.where(called > 0, self.found / np.maximum(called, 1), 1.0)

    @property
    def auc(self) -> float:
        """Area under the ROC curve by the trapezoidal rule."""
        return float(np.trapezoid(self.sensitivity, self.false_positive_rate))

    @property
    def average_precision(self) -> float:
        """Precision averaged over the steps of the sensitivity, as scikit-learn defines it."""
        return float(np.sum(np.diff(self.sensitivity) * self.precision[1:]))

    def measure(self, threshold: float) -> OperatingPoint:
        """Counts the decisions at any threshold.

        Args:
            threshold: photos that score at least this are called.
        """
        # The thresholds fall, so their negatives rise as `searchsorted` needs.
        place = int(np.searchsorted(-self.thresholds, -threshold, side="right")) - 1
        found, alarmed = (int(one[max(place, 0)]) for one in (self.found, self.alarmed))
        return OperatingPoint(
            threshold, found, self.positives - found, alarmed, self.negatives - alarmed
        )


def compute_operating_curve(positive: np.ndarray, scores: np.ndarray) -> OperatingCurve | None:
    """Computes the decisions at every threshold.

    Args:
        positive: (N,) bool.
        scores: (N,) floats, higher for likelier positives.

    Returns:
        The curve, or None if all photos are on one side.
    """
    positive, scores = np.asarray(positive, dtype=bool), np.asarray(scores, dtype=np.float64)
    if positive.all() or not positive.any():
        return None
    order = np.argsort(-scores, kind="stable")
    falling, hits = scores[order], positive[order]
    last = np.flatnonzero(np.append(np.diff(falling) != 0, True))  # equal scores count together
    return OperatingCurve(
        thresholds=np.concatenate([[np.inf], falling[last]]),
        found=np.concatenate([[0], np.cumsum(hits)[last]]),
        alarmed=np.concatenate([[0], np.cumsum(~hits)[last]]),
    )


def _divide(count: int, by: int) -> float | None:
    return count / by if by else None
