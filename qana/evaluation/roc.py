"""Receiver operating characteristic: the curve to draw, and its area with an interval."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import roc_auc_score, roc_curve

from qana.evaluation.bootstrap import percentiles, times_drawn

MOST_POINTS = 60


def roc(positive: np.ndarray, scores: np.ndarray, groups: ArrayLike) -> dict[str, object] | None:
    """One class against the rest.

    Args:
        positive: (N,) bool.
        scores: (N,) floats, higher for likelier positives.
        groups: (N,) lesion of each photo.

    Returns:
        auc, 0 to 1; auc_ci95, its 95 % interval over lesions; curve, see `thinned_curve`. None
        where all photos are on one side.
    """
    positive = np.asarray(positive, dtype=bool)
    if positive.all() or not positive.any():
        return None
    return {
        "auc": float(roc_auc_score(positive, scores)),
        "auc_ci95": auc_interval(positive, scores, groups),
        "curve": thinned_curve(positive, scores),
    }


def thinned_curve(
    positive: np.ndarray, scores: np.ndarray, most: int = MOST_POINTS
) -> list[list[float]]:
    """The curve in few enough points to draw, from (0, 0) to (1, 1).

    The point whose triangle with its neighbours is smallest goes first, so the area hardly
    changes: Visvalingam and Whyatt, "Line generalisation by repeated elimination of points",
    Cartographic Journal 30 (1993) 46-51.

    Args:
        positive: (N,) bool, both values occurring.
        scores: (N,) floats.
        most: points to leave, at least 2.

    Returns:
        At most `most` pairs [false positive rate, true positive rate], 0 to 1, four decimals.
    """
    false_positive, true_positive, _ = roc_curve(positive, scores)
    points = np.stack([false_positive, true_positive], axis=1)
    while len(points) > most:
        before, here, after = points[:-2], points[1:-1], points[2:]
        first, second = here - before, after - before
        area = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
        points = np.delete(points, 1 + area.argmin(), axis=0)
    return points.round(4).tolist()


def auc_interval(positive: np.ndarray, scores: np.ndarray, groups: ArrayLike) -> list[float]:
    """95 % interval of the area, 0 to 1, drawing whole lesions.

    Draws in which one side is empty have no area and are left out.
    """
    _, rank = np.unique(scores, return_inverse=True)
    order = np.argsort(rank, kind="stable")
    starts = np.flatnonzero(np.diff(rank[order], prepend=-1))  # photos of one score count together
    times = times_drawn(groups)[:, order]
    sick = np.add.reduceat(times * positive[order], starts, axis=1)
    healthy = np.add.reduceat(times * ~positive[order], starts, axis=1)
    # The chance that a sick one scores above a healthy one, a draw counting half.
    above = (sick * (healthy.cumsum(axis=1) - healthy / 2)).sum(axis=1)
    pairs = sick.sum(axis=1) * healthy.sum(axis=1)
    return percentiles(above[pairs > 0] / pairs[pairs > 0])
