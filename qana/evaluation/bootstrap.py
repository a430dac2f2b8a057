"""Bootstrap confidence intervals that resample whole lesions.

Photos of one lesion are alike, so they carry less information than as many lesions do. Resampling
single photos would give intervals that are too narrow. Cluster bootstrap: Field and Welsh,
"Bootstrapping clustered data", J. R. Stat. Soc. B 69 (2007) 369-390. Percentile interval: Efron and
Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
"""

import numpy as np
from numpy.typing import ArrayLike

from qana.classes import LABELS
from qana.evaluation.scores import HeadlineIntervals, Interval

COVERAGE = 0.95
DRAWS = 1000


def compute_intervals(
    labels: np.ndarray, predicted: np.ndarray, groups: ArrayLike, draws: int = DRAWS, seed: int = 0
) -> HeadlineIntervals:
    """Computes 95 % intervals of the headline scores over whole lesions.

    Each draw is scored as in `qana.evaluation.metrics.score_probabilities`: averages are over the
    classes that occur among the labels of the draw.

    Args:
        labels: (N,) integers, indices into `qana.classes.LABELS`, N >= 1.
        predicted: (N,) integers, likewise.
        groups: (N,) lesion of each photo, strings or integers. With a single lesion the interval
            is one point and carries no information.
        draws: number of resamples, at least 1.
        seed: equal seeds give equal intervals.

    Returns:
        The intervals of accuracy, balanced accuracy and macro F1, 0 to 1.

    Raises:
        ValueError: the three arrays differ in length or are empty.
    """
    if not len(labels) == len(predicted) == len(np.asarray(groups)) > 0:
        raise ValueError("labels, predicted and groups must be of one length, at least 1")
    # A photo enters every score through its cell of the confusion matrix alone, so a draw is a
    # weighted sum.
    classes = len(LABELS)
    cells = np.eye(classes * classes)[labels * classes + predicted]
    confusions = (draw_groups(groups, draws, seed) @ cells).reshape(draws, classes, classes)
    accuracy, balanced_accuracy, macro_f1 = _score_confusions(confusions)
    return HeadlineIntervals(
        accuracy=compute_percentile_interval(accuracy),
        balanced_accuracy=compute_percentile_interval(balanced_accuracy),
        macro_f1=compute_percentile_interval(macro_f1),
    )


def compute_share_interval(
    hits: np.ndarray, groups: ArrayLike, draws: int = DRAWS, seed: int = 0
) -> Interval:
    """Computes the 95 % interval of a share, such as a recall, over whole lesions.

    Where all photos agree, every draw agrees too and would claim certainty. Then the far end is
    the exact binomial bound with each lesion counted once: Hanley and Lippman-Hand, "If nothing
    goes wrong, is everything all right?", JAMA 249 (1983) 1743-1745.

    Args:
        hits: (N,) bool, N >= 1.
        groups: (N,) lesion of each photo.
        draws: number of resamples, at least 1.
        seed: equal seeds give equal intervals.

    Returns:
        The ends of the interval, 0 to 1.

    Raises:
        ValueError: the two arrays differ in length or are empty.
    """
    hits, groups = np.asarray(hits, dtype=bool), np.asarray(groups)
    if not len(hits) == len(groups) > 0:
        raise ValueError("hits and groups must be of one length, at least 1")
    if hits.all() or not hits.any():
        reach = 1 - ((1 - COVERAGE) / 2) ** (1 / len(np.unique(groups)))
        return (float(1 - reach), 1.0) if hits.all() else (0.0, float(reach))
    counts = draw_groups(groups, draws, seed)
    return compute_percentile_interval(counts @ hits / counts.sum(axis=1))


def draw_groups(groups: ArrayLike, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """Resamples whole groups with replacement, as many as there are.

    Args:
        groups: (N,) lesion of each photo.
        draws: number of resamples, at least 1.
        seed: equal seeds give equal draws.

    Returns:
        (draws, N) float64: how often each draw contains each photo.
    """
    names, group = np.unique(np.asarray(groups), return_inverse=True)
    random = np.random.default_rng(seed)
    counts = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    return counts.astype(np.float64)[:, group]  # integer matrices multiply without BLAS, slowly


def compute_percentile_interval(scores: np.ndarray) -> Interval:
    """Returns the ends of the middle 95 % of (draws,) scores."""
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(scores, (tail, 1 - tail))
    return float(low), float(high)


def _score_confusions(confusions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turns (D, 7, 7) counts, rows true, into (D,) accuracy, balanced accuracy and macro F1."""
    right = np.diagonal(confusions, axis1=1, axis2=2)
    true, predicted = confusions.sum(axis=2), confusions.sum(axis=1)
    present = true > 0
    recall = np.divide(right, true, out=np.zeros_like(right), where=present)
    f1 = np.divide(2 * right, true + predicted, out=np.zeros_like(right), where=present)
    return (
        right.sum(axis=1) / true.sum(axis=1),
        recall.sum(axis=1) / present.sum(axis=1),
        f1.sum(axis=1) / present.sum(axis=1),
    )
