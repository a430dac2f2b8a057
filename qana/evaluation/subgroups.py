"""The same scores group by group: for whom the network works, and how surely that is known."""

from collections.abc import Sequence

import numpy as np

from qana.classes import LABELS
from qana.evaluation.bootstrap import intervals, share_interval
from qana.evaluation.metrics import summarize

FEWEST = 10
"""Photos below which a score is not given: one photo more would move it by a tenth."""
AGE_BANDS = {"under 30": 30, "30 to 44": 45, "45 to 59": 60, "60 to 74": 75, "75 and over": 200}
"""Name to the age in years that is no longer in the band."""
UNKNOWN = "unknown"
MELANOMA = LABELS.index("mel")


def age_band(age: float | None) -> str:
    """The band of an age in years."""
    if age is None:
        return UNKNOWN
    return next(name for name, limit in AGE_BANDS.items() if age < limit)


def by_group(
    values: Sequence[str], labels: np.ndarray, probabilities: np.ndarray, lesions: np.ndarray
) -> list[dict[str, object]]:
    """Scores of each group with 95 % intervals over its lesions.

    Groups differ in what they hold, so compare them with care: where nearly all are moles, accuracy
    is high for any network. Balanced accuracy is over the classes that occur in the group.

    Args:
        values: (N,) group of each photo.
        labels: (N,) integers, indices into `qana.classes.LABELS`.
        probabilities: (N, 7) floats, each row summing to 1.
        lesions: (N,) lesion of each photo.

    Returns:
        For each group, ages from young to old, others alphabetically, unknown last: group, n
        (photos), lesions, classes (that occur), accuracy, balanced_accuracy, melanomas (photos),
        melanoma_recall, and ci95 of the three.
        Scores and intervals are None where fewer than 10 photos stand behind them.
    """
    groups = np.asarray(values)
    return [
        {
            "group": name,
            **_scores(*(part[groups == name] for part in (labels, probabilities, lesions))),
        }
        for name in sorted(set(values), key=_place)
    ]


def _place(name: str) -> tuple[bool, int, str]:
    return name == UNKNOWN, AGE_BANDS.get(name, 0), name


def _scores(
    labels: np.ndarray, probabilities: np.ndarray, lesions: np.ndarray
) -> dict[str, object]:
    predicted = probabilities.argmax(axis=1)
    melanoma = labels == MELANOMA
    found: dict[str, float | None] = dict.fromkeys(
        ("accuracy", "balanced_accuracy", "melanoma_recall")
    )
    spread: dict[str, list[float] | None] = dict.fromkeys(found)
    if len(labels) >= FEWEST:
        summary = summarize(labels, probabilities)
        found["accuracy"] = summary["accuracy"]
        found["balanced_accuracy"] = summary["balanced_accuracy"]
        spread["accuracy"] = share_interval(predicted == labels, lesions)
        spread["balanced_accuracy"] = intervals(labels, predicted, lesions)["balanced_accuracy"]
    if melanoma.sum() >= FEWEST:
        hits = predicted[melanoma] == MELANOMA
        found["melanoma_recall"] = float(hits.mean())
        spread["melanoma_recall"] = share_interval(hits, lesions[melanoma])
    return {
        "n": len(labels),
        "lesions": len(np.unique(lesions)),
        "classes": len(np.unique(labels)),
        "melanomas": int(melanoma.sum()),
        **found,
        "ci95": spread,
    }
