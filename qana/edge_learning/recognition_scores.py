"""How well a head does on photos whose class is known."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class RecognitionScores:
    """Attributes:
    accuracy, balanced_accuracy, macro_f1: 0 to 1, over the classes that occur.
    recall: (C,) float64, NaN for a class without photos.
    """

    accuracy: float
    balanced_accuracy: float
    macro_f1: float
    recall: np.ndarray


def score_predictions(predicted: np.ndarray, labels: np.ndarray, classes: int) -> RecognitionScores:
    """Scores answers.

    Args:
        predicted: (N,) integers, 0 to `classes` - 1, or -1 for none of them; N >= 1.
        labels: (N,) integers, 0 to `classes` - 1.
        classes: C.
    """
    right = predicted == labels
    counts = np.bincount(labels, minlength=classes)
    called = np.bincount(predicted[predicted >= 0], minlength=classes)
    hits = np.bincount(labels[right], minlength=classes)
    present = counts > 0
    recall = np.divide(hits, counts, out=np.full(classes, np.nan), where=present)
    f1 = 2 * hits[present] / (counts + called)[present]
    return RecognitionScores(
        float(right.mean()), float(recall[present].mean()), float(f1.mean()), recall
    )
