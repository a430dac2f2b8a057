"""How far a score could be off by the luck of which lesions were in the set."""

import numpy as np
from numpy.typing import ArrayLike

from qana.labels import LABELS

COVERAGE = 0.95


def intervals(
    labels: np.ndarray, predicted: np.ndarray, groups: ArrayLike, draws: int = 1000, seed: int = 0
) -> dict[str, list[float]]:
    """95 % percentile bootstrap intervals, drawing whole lesions.

    Photos of one lesion are alike, so they tell less than as many lesions would; drawing single
    photos would give intervals that are too narrow. Cluster bootstrap: Field and Welsh,
    "Bootstrapping clustered data", J. R. Stat. Soc. B 69 (2007) 369-390; percentile interval: Efron
    and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.

    Each draw is scored as `qana.evaluation.metrics.summarize` does: averages are over the classes
    that occur among the draw's labels.

    Args:
        labels: (N,) integers, indices into `qana.labels.LABELS`, N >= 1.
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
    names, group = np.unique(np.asarray(groups), return_inverse=True)
    if not len(labels) == len(predicted) == len(group) > 0:
        raise ValueError("labels, predicted and groups must be of one length, at least 1")
    # A lesion enters every score through its confusion matrix alone, so a draw is a weighted sum.
    classes = len(LABELS)
    confusions = np.zeros((len(names), classes, classes))
    np.add.at(confusions, (group, labels, predicted), 1)
    times = _times_drawn(len(names), draws, np.random.default_rng(seed))
    drawn = (times @ confusions.reshape(len(names), -1)).reshape(draws, classes, classes)
    tail = (1 - COVERAGE) / 2
    return {
        name: [float(bound) for bound in np.quantile(scores, (tail, 1 - tail))]
        for name, scores in _scores(drawn).items()
    }


def _times_drawn(groups: int, draws: int, random: np.random.Generator) -> np.ndarray:
    """(draws, groups) float64: how often each group is in each draw of as many groups."""
    counts = random.multinomial(groups, np.full(groups, 1 / groups), size=draws)
    return counts.astype(np.float64)  # numpy multiplies integer matrices without BLAS, slowly


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
