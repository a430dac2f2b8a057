"""Computes receiver operating characteristics and their areas with intervals."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import roc_auc_score, roc_curve

from qana.evaluation.bootstrap import compute_percentile_interval, draw_groups
from qana.evaluation.scores import Interval, RocCurve, RocPoint

MOST_POINTS = 60
"""Points of a stored curve: enough to draw it."""


def roc(positive: np.ndarray, scores: np.ndarray, groups: ArrayLike) -> RocCurve | None:
    """Computes the curve of one class against the rest.

    Args:
        positive: (N,) bool.
        scores: (N,) floats, higher for likelier positives.
        groups: (N,) lesion of each photo.

    Returns:
        The curve, or None where all photos are on one side.
    """
    positive = np.asarray(positive, dtype=bool)
    if positive.all() or not positive.any():
        return None
    return RocCurve(
        auc=float(roc_auc_score(positive, scores)),
        auc_ci95=compute_auc_interval(positive, scores, groups),
        curve=thin_curve(positive, scores),
    )


def thin_curve(positive: np.ndarray, scores: np.ndarray, most: int = MOST_POINTS) -> list[RocPoint]:
    """Reduces a curve to few points, from (0, 0) to (1, 1).

    The point that forms the smallest triangle with its neighbours goes first, so the area hardly
    changes: Visvalingam and Whyatt, "Line generalisation by repeated elimination of points",
    Cartographic Journal 30 (1993) 46-51.

    Args:
        positive: (N,) bool, both values occurring.
        scores: (N,) floats.
        most: number of points to keep, at least 2.

    Returns:
        At most `most` points, rounded to four decimals.
    """
    false_positive, true_positive, _ = roc_curve(positive, scores)
    points = np.stack([false_positive, true_positive], axis=1)
    while len(points) > most:
        before, here, after = points[:-2], points[1:-1], points[2:]
        first, second = here - before, after - before
        area = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
        points = np.delete(points, 1 + area.argmin(), axis=0)
    return [(x, y) for x, y in points.round(4).tolist()]


def compute_auc_interval(positive: np.ndarray, scores: np.ndarray, groups: ArrayLike) -> Interval:
    """Computes the 95 % interval of the area under the curve over whole lesions.

    Draws in which one side is empty have no area and are left out.

    Args:
        positive: (N,) bool, both values occurring.
        scores: (N,) floats.
        groups: (N,) lesion of each photo.

    Returns:
        The ends of the interval, 0 to 1.
    """
    _, rank = np.unique(scores, return_inverse=True)
    order = np.argsort(rank, kind="stable")
    starts = np.flatnonzero(
        np.diff(rank[order], prepend=-1)
    )  # photos of equal score count together
    counts = draw_groups(groups)[:, order]
    positives = np.add.reduceat(counts * positive[order], starts, axis=1)
    negatives = np.add.reduceat(counts * ~positive[order], starts, axis=1)
    # The chance that a positive scores above a negative, a tie counting half.
    above = (positives * (negatives.cumsum(axis=1) - negatives / 2)).sum(axis=1)
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    return compute_percentile_interval(above[pairs > 0] / pairs[pairs > 0])
