"""Scores a classifier group by group, with intervals."""

from collections.abc import Sequence

import numpy as np

from qana.classes import LABELS
from qana.evaluation.bootstrap import compute_intervals, compute_share_interval
from qana.evaluation.metrics import score_probabilities
from qana.evaluation.scores import GroupIntervals, GroupScores

FEWEST = 10
"""A score needs this many photos: below, one photo more would move it by a tenth."""
AGE_BANDS = {"under 30": 30, "30 to 44": 45, "45 to 59": 60, "60 to 74": 75, "75 and over": 200}
"""Name of a band to its upper age limit in years, exclusive."""
UNKNOWN = "unknown"
MELANOMA = LABELS.index("mel")


def name_age_band(age: float | None) -> str:
    """Returns the name of the band that an age in years falls into."""
    if age is None:
        return UNKNOWN
    return next(name for name, limit in AGE_BANDS.items() if age < limit)


def score_groups(
    values: Sequence[str], labels: np.ndarray, probabilities: np.ndarray, lesions: np.ndarray
) -> list[GroupScores]:
    """Scores each group, with 95 % intervals over its lesions.

    Groups hold different lesions, so compare them with care: where nearly all are moles, accuracy
    is high for any network. Balanced accuracy is over the classes that occur in the group.

    Args:
        values: (N,) group of each photo.
        labels: (N,) integers, indices into `qana.classes.LABELS`.
        probabilities: (N, 7) floats, each row summing to 1.
        lesions: (N,) lesion of each photo.

    Returns:
        The groups: ages from young to old, others alphabetically, unknown last.
    """
    groups = np.asarray(values)
    return [
        _score_group(name, *(part[groups == name] for part in (labels, probabilities, lesions)))
        for name in sorted(set(values), key=_sort_key)
    ]


def _sort_key(name: str) -> tuple[bool, int, str]:
    return name == UNKNOWN, AGE_BANDS.get(name, 0), name


def _score_group(
    name: str, labels: np.ndarray, probabilities: np.ndarray, lesions: np.ndarray
) -> GroupScores:
    predicted = probabilities.argmax(axis=1)
    melanoma = labels == MELANOMA
    hits = predicted[melanoma] == MELANOMA
    enough, enough_melanomas = len(labels) >= FEWEST, melanoma.sum() >= FEWEST
    scores = score_probabilities(labels, probabilities) if enough else None
    return GroupScores(
        group=name,
        n=len(labels),
        lesions=len(np.unique(lesions)),
        classes=len(np.unique(labels)),
        melanomas=int(melanoma.sum()),
        accuracy=scores.accuracy if scores else None,
        balanced_accuracy=scores.balanced_accuracy if scores else None,
        melanoma_recall=float(hits.mean()) if enough_melanomas else None,
        ci95=GroupIntervals(
            accuracy=compute_share_interval(predicted == labels, lesions) if enough else None,
            balanced_accuracy=compute_intervals(labels, predicted, lesions).balanced_accuracy
            if enough
            else None,
            melanoma_recall=compute_share_interval(hits, lesions[melanoma])
            if enough_melanomas
            else None,
        ),
    )
