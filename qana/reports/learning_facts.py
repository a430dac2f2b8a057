"""The report on learning as rows to draw: each function turns a part of it into records."""

from collections.abc import Callable
from typing import Any

import numpy as np

from qana.classes import BY_CODE, LABELS

HEADS = {
    "edge": "Edge head, on the device",
    "nearest_mean": "Nearest class mean",
    "retrained": "Dense head, retrained on the host",
    "dense": "Dense head, as deployed",
}
"""Keys of the report in words; all read the same network, and all but the last the same spikes."""
Report = dict[str, Any]
Row = dict[str, Any]


def seven_classes(report: Report) -> list[Row]:
    """A line a head: its scores on the test lesions, with the deviation over draws."""
    found = report["seven_classes"]
    columns = {
        "Accuracy": "accuracy",
        "Balanced accuracy": "balanced_accuracy",
        "Macro F1": "macro_f1",
    }
    return [
        {"Head": words, **{name: _text(found[head][key]) for name, key in columns.items()}}
        for head, words in HEADS.items()
    ]


def share_of_dense(report: Report) -> float:
    """Balanced accuracy of the edge head over that of the deployed dense head."""
    found = report["seven_classes"]
    edge, dense = (found[head]["balanced_accuracy"]["mean"] for head in ("edge", "dense"))
    return float(edge / dense)


def leaning(report: Report) -> str:
    """What the edge head's balanced accuracy is paid with, as a sentence that goes on."""
    found = report["seven_classes"]
    edge, dense = (found[head]["accuracy"]["mean"] for head in ("edge", "dense"))
    why = "it weighs all classes alike, the common mole no more than the rest"
    return f"its accuracy is {edge:.3f}, the dense head's {dense:.3f}: {why}."


def learned_from(report: Report) -> list[Row]:
    """Recall of a class that was left out, by the lesions that it was learned from.

    Returns:
        class ("all seven" for their mean), lesions, head (in words), recall (0 to 1), lost: points
        of balanced accuracy that the other classes lose. The mean is over the classes that have so
        many lesions.
    """
    rows = [
        {
            "class": BY_CODE[row["class"]].name,
            "lesions": row["lesions"],
            "head": HEADS[row["head"]],
            "recall": row["recall"]["mean"],
            "lost": 100 * (row["others_before"] - row["others_after"]["mean"]),
        }
        for row in report["left_out"]
    ]
    return [*_means(rows), *rows]


def lesson_of_twenty(report: Report, head: str = "edge") -> dict[str, float]:
    """The mean over the classes at 20 lesions: recall, and points that the others lose; `head` is
    a key of `HEADS`."""
    (row,) = (
        row
        for row in learned_from(report)
        if (row["class"], row["lesions"], row["head"]) == (EVERY, 20, HEADS[head])
    )
    return {"recall": row["recall"], "lost": row["lost"], "chance": 1 / len(LABELS)}


def skeptics_at_twenty(report: Report) -> str:
    """What the two baselines recall at 20 lesions, as a clause."""
    mean, dense = (
        lesson_of_twenty(report, head)["recall"] for head in ("nearest_mean", "retrained")
    )
    return (
        f"on the same spikes the nearest class mean recalls {mean:.2f} and a dense head retrained "
        f"on the host {dense:.2f}"
    )


EVERY = "all seven"


def curves(report: Report) -> list[Row]:
    """Balanced accuracy after each update in a row: lessons (in words), updates, value, low, high:
    one deviation over the draws to each side."""
    return [
        {
            "lessons": name,
            "updates": updates,
            "value": step["mean"],
            "low": step["mean"] - step["deviation"],
            "high": step["mean"] + step["deviation"],
        }
        for name, steps in report["forgetting"].items()
        for updates, step in enumerate(steps)
    ]


def phone(report: Report) -> list[Row]:
    """A line for each number of labelled phone photos, 0 first."""
    return [
        {
            "Labelled phone photos": row["photos"],
            "Accuracy": _text(row["accuracy"]),
            "Balanced accuracy": _text(row["balanced_accuracy"]),
        }
        for row in report["phone"]["rows"]
    ]


def stranger(report: Report) -> list[Row]:
    """A line for each number of patients that a class unknown to all layers was learned from."""
    return [
        {
            "Learned from patients": row["patients"],
            "Recall, other patients": _text(row["recall"]),
            "Others taken for it": _text(row["others_taken_for_it"]),
        }
        for row in report["stranger"]["rows"]
    ]


def _means(rows: list[Row]) -> list[Row]:
    keys = sorted({(row["lesions"], row["head"]) for row in rows})
    mean: Callable[[list[Row], str], float] = lambda found, key: float(  # noqa: E731
        np.mean([row[key] for row in found])
    )
    grouped = {key: [row for row in rows if (row["lesions"], row["head"]) == key] for key in keys}
    return [
        {
            "class": EVERY,
            "lesions": lesions,
            "head": head,
            "recall": mean(found, "recall"),
            "lost": mean(found, "lost"),
        }
        for (lesions, head), found in grouped.items()
    ]


def _text(value: dict[str, float]) -> str:
    mean, deviation = value["mean"], value["deviation"]
    return f"{mean:.3f} ± {deviation:.3f}" if deviation else f"{mean:.3f}"
