"""Computes the scores of a classifier from its probabilities on labelled photos."""

import numpy as np

from qana.classes import LABELS
from qana.evaluation.reliability import assign_bins
from qana.evaluation.scores import ClassScores, DecisionScores, Scores

SUM_TOLERANCE = 1e-3


def score_probabilities(labels: np.ndarray, probabilities: np.ndarray) -> Scores:
    """Computes the scores of predictions and of their probabilities, without NaN.

    Args:
        labels: (N,) integers, indices into `qana.classes.LABELS`, N >= 1.
        probabilities: (N, 7) floats, 0 to 1, each row summing to 1. The most probable class is the
            prediction, the first of equals.

    Returns:
        The scores.

    Raises:
        ValueError: shapes, ranges or sums differ from those above.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, dtype=np.float64)
    _check(labels, probabilities)
    return Scores(
        **vars(score_decisions(labels, probabilities.argmax(axis=1))),
        auc=_compute_auc(labels, probabilities),
        ece=compute_expected_calibration_error(labels, probabilities),
    )


def score_decisions(labels: np.ndarray, predicted: np.ndarray) -> DecisionScores:
    """Computes the scores that depend on the predicted classes alone.

    Averages are over the classes that occur among the labels. For balanced accuracy this is
    scikit-learn's convention (mean recall). A photo that gets an absent class still lowers macro
    F1, through the recall of its own class.

    Args:
        labels: (N,) integers, indices into `qana.classes.LABELS`, N >= 1.
        predicted: (N,) integers, likewise.

    Returns:
        The scores. Recall is None for an absent class, precision for a class never predicted.
    """
    confusion = compute_confusion(labels, predicted)
    right, counts, called = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
    present = counts > 0
    recall, precision = _divide(right, counts), _divide(right, called)
    f1 = _divide(2 * right, counts + called)
    return DecisionScores(
        n=len(labels),
        accuracy=float(np.mean(np.asarray(labels) == predicted)),
        balanced_accuracy=float(recall[present].mean()),
        macro_f1=float(f1[present].mean()),
        per_class={
            label: ClassScores(
                n=int(counts[index]),
                precision=_replace_nan(precision[index]),
                recall=_replace_nan(recall[index]),
                f1=_replace_nan(f1[index]),
            )
            for index, label in enumerate(LABELS)
        },
        confusion=confusion.tolist(),
        labels=list(LABELS),
    )


def compute_confusion(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Counts the photos of each class (rows) by the class that was predicted (columns).

    Args:
        labels: (N,) integers, indices into `qana.classes.LABELS`.
        predicted: (N,) integers, likewise.

    Returns:
        (7, 7) int64.
    """
    counts = np.zeros((len(LABELS), len(LABELS)), np.int64)
    np.add.at(counts, (labels, predicted), 1)
    return counts


def compute_expected_calibration_error(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Computes the mean gap between a classifier's confidence and its accuracy.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017: the probability of the
    predicted class in 15 bins of equal width, each closed above, weighted by their photos.

    Args:
        labels: (N,) integers, N >= 1.
        probabilities: (N, 7) floats, 0 to 1.

    Returns:
        0 to 1; lower is better.
    """
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    gaps = np.bincount(assign_bins(probabilities), weights=correct - confidence)
    return float(np.abs(gaps).sum() / len(labels))


def _compute_auc(labels: np.ndarray, probabilities: np.ndarray) -> float | None:
    from sklearn.metrics import roc_auc_score  # the light version does not install it

    areas = [
        roc_auc_score(labels == index, probabilities[:, index])
        for index in range(len(LABELS))
        if 0 < np.count_nonzero(labels == index) < len(labels)
    ]
    return float(np.mean(areas)) if areas else None


def _divide(counts: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Divides counts; NaN where the divisor is zero."""
    with np.errstate(invalid="ignore"):
        return counts / by


def _replace_nan(value: float) -> float | None:
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
