"""What a set of answers is worth."""

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, roc_auc_score

from qana.labels import LABELS

BINS = 15
"""Of the calibration error, as in Guo et al., ICML 2017."""


def summarize(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, object]:
    """All metrics of one evaluation, ready for JSON.

    Averages run over the classes that occur in `labels`, so that a set without, say, vascular
    lesions is judged on what it holds; answers of absent classes still count as errors.

    Args:
        labels: (N,) integer true classes.
        probabilities: (N, 7) float, each row summing to 1.

    Returns:
        n, accuracy, balanced_accuracy, macro_f1, auc (one class against the rest, averaged;
        None where one class stands alone), ece (expected calibration error, 15 equal bins),
        per_class (precision, recall, f1; recall None for an absent class), confusion (rows are
        true classes, columns answers), labels.
    """
    predicted = probabilities.argmax(axis=1)
    codes = np.arange(len(LABELS))
    precision, recall, f1, count = precision_recall_fscore_support(
        labels, predicted, labels=codes, zero_division=0
    )
    present = count > 0
    return {
        "n": len(labels),
        "accuracy": float((predicted == labels).mean()),
        "balanced_accuracy": float(recall[present].mean()),
        "macro_f1": float(f1[present].mean()),
        "auc": _auc(labels, probabilities, codes[present]),
        "ece": expected_calibration_error(labels, probabilities),
        "per_class": {
            code: {
                "n": int(count[index]),
                "precision": float(precision[index]),
                "recall": float(recall[index]) if present[index] else None,
                "f1": float(f1[index]) if present[index] else None,
            }
            for index, code in enumerate(LABELS)
        },
        "confusion": confusion_matrix(labels, predicted, labels=codes).tolist(),
        "labels": list(LABELS),
    }


def _auc(labels: np.ndarray, probabilities: np.ndarray, present: np.ndarray) -> float | None:
    if len(present) < 2:
        return None
    return float(
        np.mean([roc_auc_score(labels == code, probabilities[:, code]) for code in present])
    )


def expected_calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean gap between confidence and accuracy over bins of confidence, 0 to 1.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3.

    Args:
        labels: (N,) integer.
        probabilities: (N, 7) float.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(labels))
