"""How good a classifier is, from its probabilities on labelled photos."""

from typing import Any

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    precision_recall_fscore_support,
    roc_auc_score,
)

from qana.classes import LABELS
from qana.evaluation.reliability import confidence_bins

SUM_TOLERANCE = 1e-3


def summarize(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, Any]:
    """The metrics of `evaluate --json`, as plain numbers and lists, without NaN.

    Args:
        labels: (N,) integers, indices into `qana.classes.LABELS`, N >= 1.
        probabilities: (N, 7) floats, 0 to 1, each row summing to 1. The most probable class is the
            prediction, the first of equals.

    Returns:
        What `summarize_decisions` gives, and:
        auc: 0 to 1, area under the ROC of each class against the rest, averaged over the classes
            with photos on both sides; None where there is no such class.
        ece: 0 to 1, see `expected_calibration_error`.

    Raises:
        ValueError: shapes, ranges or sums are not those above.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, dtype=np.float64)
    _check(labels, probabilities)
    return {
        **summarize_decisions(labels, probabilities.argmax(axis=1)),
        "auc": _auc(labels, probabilities),
        "ece": expected_calibration_error(labels, probabilities),
    }


def summarize_decisions(labels: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    """The metrics that hang on the predicted classes alone.

    Averages are over the classes that occur among the labels, so a partial set is judged on its
    own classes. For balanced accuracy this is scikit-learn's convention (mean recall). In macro F1
    a photo wrongly given an absent class still counts against it, by the recall of its own class.

    Args:
        labels: (N,) integers, indices into `qana.classes.LABELS`, N >= 1.
        predicted: (N,) integers, the same.

    Returns:
        n: N.
        accuracy, balanced_accuracy, macro_f1: 0 to 1.
        per_class: for each label n (photos), precision, recall and f1, 0 to 1, each None where it
            would be 0 / 0: recall of an absent class, precision of one never predicted.
        confusion: 7 x 7 counts, rows true, columns predicted.
        labels: the seven labels, in the order of confusion.
    """
    every = np.arange(len(LABELS))
    precision, recall, f1, counts = precision_recall_fscore_support(
        labels, predicted, labels=every, zero_division=np.nan
    )
    present = counts > 0
    return {
        "n": len(labels),
        "accuracy": float(accuracy_score(labels, predicted)),
        "balanced_accuracy": float(recall[present].mean()),
        "macro_f1": float(f1[present].mean()),
        "per_class": {
            label: {
                "n": int(counts[index]),
                "precision": _number(precision[index]),
                "recall": _number(recall[index]),
                "f1": _number(f1[index]),
            }
            for index, label in enumerate(LABELS)
        },
        "confusion": confusion_matrix(labels, predicted, labels=every).tolist(),
        "labels": list(LABELS),
    }


def expected_calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean gap, 0 to 1, between how sure the classifier is and how often it is right.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017: the probability of the
    predicted class in 15 bins of equal width, each closed above, weighted by their photos.

    Args:
        labels: (N,) integers, N >= 1.
        probabilities: (N, 7) floats, 0 to 1.
    """
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    gaps = np.bincount(confidence_bins(probabilities), weights=correct - confidence)
    return float(np.abs(gaps).sum() / len(labels))


def _auc(labels: np.ndarray, probabilities: np.ndarray) -> float | None:
    areas = [
        roc_auc_score(labels == index, probabilities[:, index])
        for index in range(len(LABELS))
        if 0 < np.count_nonzero(labels == index) < len(labels)
    ]
    return float(np.mean(areas)) if areas else None


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _check(labels: np.ndarray, probabilities: np.ndarray) -> None:
    if labels.ndim != 1 or len(labels) == 0 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError("labels must be (N,) integers, N >= 1")
    if labels.min() < 0 or labels.max() >= len(LABELS):
        raise ValueError(f"labels must be 0 to {len(LABELS) - 1}")
    if probabilities.shape != (len(labels), len(LABELS)):
        raise ValueError(f"probabilities must be ({len(labels)}, {len(LABELS)})")
    # Written so that NaN fails too.
    in_range = ((probabilities >= 0) & (probabilities <= 1 + SUM_TOLERANCE)).all()
    if not (in_range and (np.abs(probabilities.sum(axis=1) - 1) <= SUM_TOLERANCE).all()):
        raise ValueError("probabilities must be 0 to 1 and each row sum to 1")
