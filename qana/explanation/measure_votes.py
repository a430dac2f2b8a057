"""Measures what the nearest cases add to an answer: to accuracy, and to knowing when it errs."""

from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from qana.classes import LABELS
from qana.evaluation.bootstrap import compute_percentile_interval, draw_groups

VOTERS = 10
"""Number of nearest cases that vote."""
NEAR = 5
"""Number of nearest cases that are shown."""
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
"""Weights of the vote in the mean with the probabilities. Validation photos choose among them."""


def count_votes(nearest: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Counts the votes of the ten nearest cases: (M, 10) indices to (M, 7) shares.

    Args:
        nearest: (M, 10) indices of the nearest cases.
        labels: (N,) labels of all cases.
    """
    votes: np.ndarray = np.eye(len(LABELS))[labels[nearest[:, :VOTERS]]].mean(axis=1)
    return votes


def describe_wrong_answers(
    own: np.ndarray, called: np.ndarray, nearest: np.ndarray, distances: np.ndarray, labels: Any
) -> dict[str, Any]:
    """Describes the five nearest cases of right and of wrong answers.

    Args:
        own: (M,) recorded classes.
        called: (M,) answers of the network.
        nearest: (M, 10) indices of the nearest cases.
        distances: (M, 10) distances.
        labels: (N,) labels of all cases.

    Returns:
        "right" and "wrong", each with the number of photos, the mean share of the nearest cases
        with the recorded class and with the answered class, the share of photos with the recorded
        class among them, and the mean distance of the nearest case. None if there are no photos.
    """
    near = labels[nearest[:, :NEAR]]
    found: dict[str, Any] = {}
    for name, chosen in (("right", own == called), ("wrong", own != called)):
        is_own = near[chosen] == own[chosen, None]
        is_called = near[chosen] == called[chosen, None]
        found[name] = (
            {
                "photos": int(chosen.sum()),
                "recorded_class": round(float(is_own.mean()), 4),
                "answered_class": round(float(is_called.mean()), 4),
                "recorded_class_among_them": round(float(is_own.any(axis=1).mean()), 4),
                "distance": round(float(distances[chosen, 0].mean()), 4),
            }
            if chosen.any()
            else None
        )
    return found


def measure_votes(
    validation: tuple[np.ndarray, np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray, np.ndarray],
    groups: np.ndarray,
) -> dict[str, Any]:
    """Measures whether a vote adds to accuracy, and whether it adds to knowing when to abstain.

    Args:
        validation: (M,) recorded classes, (M, 7) probabilities of the network and (M, 7) votes.
        test: the same for test photos.
        groups: (N,) lesion of each test photo.

    Returns:
        For "accuracy" and "abstention" the weight that validation photos chose, the score without
        the vote ("network"), of the vote alone ("vote") and of both ("both"), and "gain", the mean
        and 95 % interval over lesions of both minus the network, with "adds" where the whole
        interval is above 0. The score of abstention is the area under the ROC curve of "the answer
        is right" against confidence.
    """
    times = draw_groups(groups)
    accuracy = _choose(validation, _score_accuracy)
    abstention = _choose(validation, _score_confidence)
    return {
        "accuracy": _compare(test, accuracy, _score_accuracy, times),
        "abstention": _compare(test, abstention, _score_confidence, times),
    }


def _mix(data: tuple[np.ndarray, np.ndarray, np.ndarray], weight: float) -> np.ndarray:
    _, probabilities, votes = data
    mixed: np.ndarray = (1 - weight) * probabilities + weight * votes
    return mixed


def _score_accuracy(data: Any, weight: float, chosen: np.ndarray | None = None) -> float:
    hits = _mix(data, weight).argmax(axis=1) == data[0]
    return float(hits.mean() if chosen is None else hits @ chosen / chosen.sum())


def _score_confidence(data: Any, weight: float, chosen: np.ndarray | None = None) -> float:
    own, probabilities, _ = data
    called = probabilities.argmax(axis=1)
    confidence = np.take_along_axis(_mix(data, weight), called[:, None], axis=1)[:, 0]
    right = called == own
    used = np.ones(len(own)) if chosen is None else chosen
    if len(set(right[used > 0].tolist())) < 2:
        return 0.5  # without an error, or without a right answer, nothing can be told apart
    return float(roc_auc_score(right, confidence, sample_weight=used))


def _choose(data: Any, score: Any) -> float:
    return max(WEIGHTS, key=lambda weight: (score(data, weight), -weight))


def _compare(data: Any, weight: float, score: Any, times: np.ndarray) -> dict[str, Any]:
    gains = np.array([score(data, weight, one) - score(data, 0.0, one) for one in times])
    low, high = compute_percentile_interval(gains)
    return {
        "weight": weight,
        "network": round(score(data, 0.0), 4),
        "vote": round(score(data, 1.0), 4),
        "both": round(score(data, weight), 4),
        "gain": {
            "mean": round(score(data, weight) - score(data, 0.0), 4),
            "ci95": [round(low, 4), round(high, 4)],
        },
        "adds": low > 0,
    }
