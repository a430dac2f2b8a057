"""The two-way question, "needs a professional look" or not: a threshold and what it is worth."""

import numpy as np
from numpy.typing import ArrayLike

from qana.evaluation.bootstrap import share_interval

PEOPLE = 1000


def threshold_for(positive: np.ndarray, scores: np.ndarray, sensitivity: float) -> float:
    """The highest threshold that still finds this share of the positives.

    Choose it on photos other than those that it is then judged on.

    Args:
        positive: (N,) bool, at least one True.
        scores: (N,) floats; a photo counts as found where its score is at least the threshold.
        sensitivity: share of the positives to find, above 0, up to 1.

    Raises:
        ValueError: there is no positive, or the share is out of range.
    """
    found = np.sort(np.asarray(scores)[np.asarray(positive, dtype=bool)])[::-1]
    if not len(found) or not 0 < sensitivity <= 1:
        raise ValueError("at least one positive is needed, and a sensitivity above 0, up to 1")
    # The small term keeps 0.9 * 10 from counting as a tenth more than nine.
    return float(found[int(np.ceil(sensitivity * len(found) - 1e-9)) - 1])


def at_threshold(
    positive: np.ndarray, scores: np.ndarray, threshold: float, groups: ArrayLike
) -> dict[str, object]:
    """Sensitivity and specificity at a threshold, each with a 95 % interval over lesions.

    Args:
        positive: (N,) bool, both values occurring.
        scores: (N,) floats.
        threshold: photos that score at least this are called positive.
        groups: (N,) lesion of each photo.

    Returns:
        n (photos), positives (photos), sensitivity and specificity, 0 to 1, and ci95 of both.
    """
    positive = np.asarray(positive, dtype=bool)
    called, groups = np.asarray(scores) >= threshold, np.asarray(groups)
    return {
        "n": len(positive),
        "positives": int(positive.sum()),
        "sensitivity": float(called[positive].mean()),
        "specificity": float((~called)[~positive].mean()),
        "ci95": {
            "sensitivity": share_interval(called[positive], groups[positive]),
            "specificity": share_interval(~called[~positive], groups[~positive]),
        },
    }


def predictive_values(
    sensitivity: float, specificity: float, prevalence: float
) -> tuple[float | None, float | None]:
    """Positive and negative predictive value among people of whom a given share is ill.

    Bayes' theorem, as in Altman and Bland, "Diagnostic tests 2: predictive values", BMJ 309 (1994)
    102.

    Args:
        sensitivity, specificity, prevalence: 0 to 1.

    Returns:
        The share of the called who are ill and of the not called who are well, 0 to 1; None where
        nobody is called, or everybody.
    """
    true_positive = sensitivity * prevalence
    false_positive = (1 - specificity) * (1 - prevalence)
    true_negative = specificity * (1 - prevalence)
    false_negative = (1 - sensitivity) * prevalence
    called, passed = true_positive + false_positive, true_negative + false_negative
    return true_positive / called if called else None, true_negative / passed if passed else None


def people(sensitivity: float, specificity: float, prevalence: float) -> dict[str, int]:
    """What a test does to a thousand people, in whole people.

    Natural frequencies are understood where percentages are not: Hoffrage and Gigerenzer, "Using
    natural frequencies to improve diagnostic inferences", Academic Medicine 73 (1998) 538-540.

    Args:
        sensitivity, specificity, prevalence: 0 to 1.

    Returns:
        found, missed, alarmed (called without need) and passed, which sum to 1000.
    """
    ill = round(PEOPLE * prevalence)
    found = round(ill * sensitivity)
    passed = round((PEOPLE - ill) * specificity)
    return {
        "found": found,
        "missed": ill - found,
        "alarmed": PEOPLE - ill - passed,
        "passed": passed,
    }
