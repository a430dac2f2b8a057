"""Scores of predicted classes: accuracy, balanced accuracy, macro F1 and recall."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class RecognitionScores:
    """Scores of predictions for C classes.

    Attributes:
        accuracy: share of correct predictions, 0 to 1.
        balanced_accuracy: mean recall of the classes that occur, 0 to 1.
        macro_f1: mean F1 score of the classes that occur, 0 to 1.
        recall: (C,) float64, 0 to 1, NaN for a class without photos.
    """

    accuracy: float
    balanced_accuracy: float
    macro_f1: float
    recall: np.ndarray


def score_predictions(predicted: np.ndarray, labels: np.ndarray, classes: int) -> RecognitionScores:
    """Scores predictions.

    Args:
        predicted: (N,) integers, 0 to `classes` - 1, or -1 for another class. N is at least 1.
        labels: (N,) integers, 0 to `classes` - 1.
        classes: number of classes C.

    Returns:
        The scores.
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


def summarize_scores(scores: Sequence[RecognitionScores]) -> dict[str, Any]:
    """Summarizes the scores of several draws for a JSON report.

    Args:
        scores: scores of each draw.

    Returns:
        accuracy, balanced_accuracy and macro_f1, each with mean and deviation; recall, the mean
        recall of each class, None for a class without photos.
    """
    names = ("accuracy", "balanced_accuracy", "macro_f1")
    recall = np.mean([one.recall for one in scores], axis=0)
    return {name: summarize_values([getattr(one, name) for one in scores]) for name in names} | {
        "recall": [None if np.isnan(value) else float(value) for value in recall]
    }


def summarize_values(values: Sequence[float] | np.ndarray) -> dict[str, float]:
    """Computes mean and standard deviation for a JSON report."""
    return {"mean": float(np.mean(values)), "deviation": float(np.std(values))}
