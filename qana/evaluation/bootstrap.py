"""How far a score could be off by the luck of which lesions were in the set.

Photos of one lesion are alike, so they tell less than as many lesions would; drawing single photos
would give intervals that are too narrow. Every draw here is of whole lesions. Cluster bootstrap:
Field and Welsh, "Bootstrapping clustered data", J. R. Stat. Soc. B 69 (2007) 369-390; percentile
interval: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
"""

import numpy as np
from numpy.typing import ArrayLike

from qana.classes import LABELS

COVERAGE = 0.95
DRAWS = 1000


def intervals(
    labels: np.ndarray, predicted: np.ndarray, groups: ArrayLike, draws: int = DRAWS, seed: int = 0
) -> dict[str, list[float]]:
    """95 % intervals of the headline scores, drawing whole lesions.

    Each draw is scored as `qana.evaluation.metrics.summarize` does: averages are over the classes
    that occur among the draw's labels.

    Args:
        labels: (N,) integers, indices into `qana.classes.LABELS`, N >= 1.
        predicted: (N,) integers, likewise.
        groups: (N,) lesion of each photo, strings or integers. With a single lesion the interval
            is one point and tells nothing.
        draws: resamples, at least 1.
        seed: equal seeds give equal intervals.

    Returns:
        accuracy, balanced_accuracy and macro_f1, each [low, high], 0 to 1.

    Raises:
        ValueError: the three are not of one length, or empty.
    """
    if not len(labels) == len(predicted) == len(np.asarray(groups)) > 0:
        raise ValueError("labels, predicted and groups must be of one length, at least 1")
    # A photo enters every score through its cell of the confusion matrix alone, so a draw is a
    # weighted sum.
    classes = len(LABELS)
    cells = np.eye(classes * classes)[labels * classes + predicted]
    drawn = (times_drawn(groups, draws, seed) @ cells).reshape(draws, classes, classes)
    return {name: percentiles(scores) for name, scores in _scores(drawn).items()}


def share_interval(
    hits: np.ndarray, groups: ArrayLike, draws: int = DRAWS, seed: int = 0
) -> list[float]:
    """95 % interval of a share, such as a recall, drawing whole lesions.

    Where all photos agree, every draw does too and would claim certainty. Then the far end is the
    exact binomial one with each lesion counted once, as in Hanley and Lippman-Hand, "If nothing
    goes wrong, is everything all right?", JAMA 249 (1983) 1743-1745.

    Args:
        hits: (N,) bool, N >= 1.
        groups: (N,) lesion of each photo.
        draws, seed: as for `intervals`.

    Returns:
        [low, high], 0 to 1.

    Raises:
        ValueError: the two are not of one length, or empty.
    """
    hits, groups = np.asarray(hits, dtype=bool), np.asarray(groups)
    if not len(hits) == len(groups) > 0:
        raise ValueError("hits and groups must be of one length, at least 1")
    if hits.all() or not hits.any():
        reach = 1 - ((1 - COVERAGE) / 2) ** (1 / len(np.unique(groups)))
        return [float(1 - reach), 1.0] if hits.all() else [0.0, float(reach)]
    times = times_drawn(groups, draws, seed)
    return percentiles(times @ hits / times.sum(axis=1))


def times_drawn(groups: ArrayLike, draws: int = DRAWS, seed: int = 0) -> np.ndarray:
    """(draws, N) float64: how often each photo is in each draw of as many lesions as there are."""
    names, group = np.unique(np.asarray(groups), return_inverse=True)
    random = np.random.default_rng(seed)
    counts = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    return counts.astype(np.float64)[:, group]  # integer matrices multiply without BLAS, slowly


def percentiles(scores: np.ndarray) -> list[float]:
    """The middle 95 % of (draws,) scores as [low, high]."""
    tail = (1 - COVERAGE) / 2
    return [float(bound) for bound in np.quantile(scores, (tail, 1 - tail))]


def _scores(confusions: np.ndarray) -> dict[str, np.ndarray]:
    """(D, 7, 7) counts, rows true, to (D,) of each score."""
    right = np.diagonal(confusions, axis1=1, axis2=2)
    true, predicted = confusions.sum(axis=2), confusions.sum(axis=1)
    present = true > 0
    recall = np.divide(right, true, out=np.zeros_like(right), where=present)
    f1 = np.divide(2 * right, true + predicted, out=np.zeros_like(right), where=present)
    return {
        "accuracy": right.sum(axis=1) / true.sum(axis=1),
        "balanced_accuracy": recall.sum(axis=1) / present.sum(axis=1),
        "macro_f1": f1.sum(axis=1) / present.sum(axis=1),
    }
