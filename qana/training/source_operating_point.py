"""Chooses the operating point of a network that is trained on several sources.

The classes have other shares in each source, but a network has one operating point. It is the one
with the best criterion over the validation photos of all sources, in which sources count alike.
"""

from collections.abc import Sequence

import numpy as np

from qana.classes import COMMON, LABELS
from qana.data.photo import Photo
from qana.training.operating_point import MELANOMA_SHIFTS, STRENGTHS, OperatingPoint

MELANOMA_SOURCE = "ham10000"
MELANOMA_RECALL = 0.70
"""Least recall of melanoma on the validation photos of `MELANOMA_SOURCE`, if any point reaches it.
The deployed network is meant to find as many melanomas of the test lesions there."""
_FIVE = np.array([LABELS.index(label) for label in COMMON])
_MELANOMA = LABELS.index("mel")


def find_source_operating_point(
    logits: np.ndarray, labels: np.ndarray, photos: Sequence[Photo], train_labels: np.ndarray
) -> OperatingPoint:
    """Finds the best operating point on validation photos of several sources.

    Args:
        logits: (V, M, 7) floats, the logits of V mirror positions of each photo.
        labels: (M,) integers, the classes of the photos.
        photos: the M validation photos.
        train_labels: (N,) integers, as in `qana.training.operating_point`.

    Returns:
        The point with the best criterion, as in `qana.evaluation.source_scores`, among those that
        reach `MELANOMA_RECALL`. If no point reaches it, all points count.
    """
    kinds = np.array([f"{photo.source} {photo.image_type}" for photo in photos])
    rows = [np.flatnonzero(kinds == kind) for kind in np.unique(kinds)]
    melanomas = np.array([photo.source == MELANOMA_SOURCE for photo in photos])
    melanomas &= labels == _MELANOMA

    def rate(point: OperatingPoint) -> tuple[bool, float]:
        predicted = (logits + point.compute_shift(train_labels)).argmax(axis=2)
        recall = (predicted[:, melanomas] == _MELANOMA).mean() if melanomas.any() else 1.0
        criterion = np.mean([_score(labels[row], predicted[:, row]) for row in rows])
        return bool(recall >= MELANOMA_RECALL), float(criterion)

    points = (OperatingPoint(float(s), float(m)) for s in STRENGTHS for m in MELANOMA_SHIFTS)
    return max(points, key=rate)


def _score(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Computes the mean of accuracy, balanced accuracy of five classes, and macro F1.

    Args:
        labels: (M,) integers.
        predicted: (V, M) integers.
    """
    size = len(LABELS)
    cells = np.tile(labels, len(predicted)) * size + predicted.ravel()
    confusion = np.bincount(cells, minlength=size**2).reshape(size, size)
    right, counts = np.diag(confusion), confusion.sum(axis=1)
    present = counts > 0
    recall = right / np.maximum(counts, 1)
    f1 = 2 * right / np.maximum(counts + confusion.sum(axis=0), 1)
    five = _FIVE[present[_FIVE]]
    values = (right.sum() / counts.sum(), recall[five].mean(), f1[present].mean())
    return float(np.mean(values))
