"""Chooses a threshold for "needs a professional look" and measures what a decision is worth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qana.evaluation.bootstrap import compute_share_interval
from qana.evaluation.scores import ThresholdIntervals, ThresholdScores

POPULATION = 10_000


@dataclass(frozen=True)
class Outcomes:
    """What a test does to a population of 10,000 people; the four counts sum to 10,000.

    Attributes:
        found: people who are ill and are referred.
        missed: people who are ill and are not referred.
        alarmed: people who are well and are referred.
        passed: people who are well and are not referred.
    """

    found: int
    missed: int
    alarmed: int
    passed: int


def choose_threshold(positive: np.ndarray, scores: np.ndarray, sensitivity: float) -> float:
    """Chooses the highest threshold that still finds a given share of the positives.

    Choose it on other photos than those that measure it.

    Args:
        positive: (N,) bool, at least one True.
        scores: (N,) floats; a photo counts as found where its score is at least the threshold.
        sensitivity: share of the positives to find, above 0, up to 1.

    Returns:
        The threshold, one of `scores`.

    Raises:
        ValueError: there is no positive, or the share is out of range.
    """
    found = np.sort(np.asarray(scores)[np.asarray(positive, dtype=bool)])[::-1]
    if not len(found) or not 0 < sensitivity <= 1:
        raise ValueError("at least one positive is needed, and a sensitivity above 0, up to 1")
    # The small term keeps 0.9 * 10 from counting as a tenth more than nine.
    return float(found[int(np.ceil(sensitivity * len(found) - 1e-9)) - 1])


def measure_at_threshold(
    positive: np.ndarray, scores: np.ndarray, threshold: float, groups: ArrayLike
) -> ThresholdScores:
    """Measures sensitivity and specificity at a threshold, with 95 % intervals over lesions.

    Args:
        positive: (N,) bool, both values occurring.
        scores: (N,) floats.
        threshold: photos that score at least this are called positive.
        groups: (N,) lesion of each photo.

    Returns:
        Both scores, 0 to 1, their intervals and the photo counts.
    """
    positive = np.asarray(positive, dtype=bool)
    called, groups = np.asarray(scores) >= threshold, np.asarray(groups)
    return ThresholdScores(
        n=len(positive),
        positives=int(positive.sum()),
        sensitivity=float(called[positive].mean()),
        specificity=float((~called)[~positive].mean()),
        ci95=ThresholdIntervals(
            sensitivity=compute_share_interval(called[positive], groups[positive]),
            specificity=compute_share_interval(~called[~positive], groups[~positive]),
        ),
    )


def compute_predictive_values(
    sensitivity: float, specificity: float, prevalence: float
) -> tuple[float | None, float | None]:
    """Computes the positive and the negative predictive value at a prevalence.

    Bayes' theorem, as in Altman and Bland, "Diagnostic tests 2: predictive values", BMJ 309 (1994)
    102.

    Args:
        sensitivity: 0 to 1.
        specificity: 0 to 1.
        prevalence: share of the people who are ill, 0 to 1.

    Returns:
        The share of the referred who are ill, 0 to 1, or None where nobody is referred; the share
        of the others who are well, 0 to 1, or None where everybody is referred.
    """
    true_positive = sensitivity * prevalence
    false_positive = (1 - specificity) * (1 - prevalence)
    true_negative = specificity * (1 - prevalence)
    false_negative = (1 - sensitivity) * prevalence
    called, passed = true_positive + false_positive, true_negative + false_negative
    return true_positive / called if called else None, true_negative / passed if passed else None


def count_outcomes(sensitivity: float, specificity: float, prevalence: float) -> Outcomes:
    """Counts what a test does to 10,000 people: of 1,000, it may seem that nobody is missed.

    People understand natural frequencies better than percentages: Hoffrage and Gigerenzer, "Using
    natural frequencies to improve diagnostic inferences", Academic Medicine 73 (1998) 538-540.

    Args:
        sensitivity: 0 to 1.
        specificity: 0 to 1.
        prevalence: share of the people who are ill, 0 to 1.

    Returns:
        Whole numbers of people.
    """
    ill = round(POPULATION * prevalence)
    found = round(ill * sensitivity)
    passed = round((POPULATION - ill) * specificity)
    return Outcomes(
        found=found, missed=ill - found, alarmed=POPULATION - ill - passed, passed=passed
    )
