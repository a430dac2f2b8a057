"""How well a head does on photos whose class is known."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import f1_score


@dataclass(frozen=True)
class Score:
    """Attributes:
    accuracy, balanced_accuracy, macro_f1: 0 to 1, over the classes that occur.
    recall: (C,) float64, NaN for a class without photos.
    """

    accuracy: float
    balanced_accuracy: float
    macro_f1: float
    recall: np.ndarray


def score(predicted: np.ndarray, labels: np.ndarray, classes: int) -> Score:
    """Scores answers.

    Args:
        predicted, labels: (N,) integers, 0 to `classes` - 1, N >= 1.
        classes: C.
    """
    right = predicted == labels
    counts = np.bincount(labels, minlength=classes)
    hits = np.bincount(labels[right], minlength=classes)
    recall = np.divide(hits, counts, out=np.full(classes, np.nan), where=counts > 0)
    present = np.flatnonzero(counts)
    f1 = f1_score(labels, predicted, labels=present, average="macro", zero_division=0)
    return Score(float(right.mean()), float(np.nanmean(recall)), float(f1), recall)
