"""Turns the report on learning into rows for tables and charts, and into sentences."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from qana.classes import BY_CODE, LABELS
from qana.reports.learning_report import LearningReport, MeanAndDeviation

HEADS = {
    "edge": "Edge head, on the device",
    "nearest_mean": "Nearest class mean",
    "retrained": "Dense head, retrained on the host",
    "dense": "Dense head, as deployed",
}
"""Keys of the report in words. All heads read the same network; all but the last read spikes."""
EVERY = "all seven"
Row = dict[str, Any]
"""One record of a table or chart, by column."""


@dataclass(frozen=True)
class LeftOutScores:
    """Scores of a head after it learned a class that it lacked, mean over the classes.

    Attributes:
        recall: of the class on test lesions, 0 to 1.
        lost: points of balanced accuracy that the other classes lose.
    """

    recall: float
    lost: float

    @property
    def chance(self) -> float:
        """Recall of a random guess."""
        return 1 / len(LABELS)


def make_head_table(report: LearningReport) -> list[Row]:
    """Makes one row per head: scores on the test lesions, with the deviation over draws."""
    rows = []
    for head, words in HEADS.items():
        scores = report.seven_classes[head]
        rows.append(
            {
                "Head": words,
                "Accuracy": _format(scores.accuracy),
                "Balanced accuracy": _format(scores.balanced_accuracy),
                "Macro F1": _format(scores.macro_f1),
            }
        )
    return rows


def compare_with_dense(report: LearningReport) -> float:
    """Divides the edge head's balanced accuracy by that of the deployed dense head."""
    heads = report.seven_classes
    return heads["edge"].balanced_accuracy.mean / heads["dense"].balanced_accuracy.mean


def explain_accuracy(report: LearningReport) -> str:
    """Explains in two sentences why the edge head has a lower accuracy than the dense head."""
    edge, dense = (report.seven_classes[head].accuracy.mean for head in ("edge", "dense"))
    return (
        f"The accuracy is {edge:.3f} for the edge head and {dense:.3f} for the dense head. The "
        "edge head gives every class the same weight, but most photos show a mole."
    )


def list_left_out_scores(report: LearningReport) -> list[Row]:
    """Lists the recall of a left-out class by the number of lesions that it is learned from.

    Returns:
        class (`EVERY` for the mean over the classes with so many lesions), lesions, head (in
        words), recall (0 to 1), lost: points of balanced accuracy that the other classes lose.
    """
    rows: list[Row] = [
        {
            "class": BY_CODE[row.label].name,
            "lesions": row.lesions,
            "head": HEADS[row.head],
            "recall": row.recall.mean,
            "lost": 100 * (row.others_before - row.others_after.mean),
        }
        for row in report.left_out
    ]
    return [*_average_classes(rows), *rows]


def average_twenty_lesions(report: LearningReport, head: str = "edge") -> LeftOutScores:
    """Averages the scores of a head, a key of `HEADS`, over the classes learned from 20 lesions."""
    (row,) = (
        row
        for row in list_left_out_scores(report)
        if (row["class"], row["lesions"], row["head"]) == (EVERY, 20, HEADS[head])
    )
    return LeftOutScores(recall=row["recall"], lost=row["lost"])


def describe_baselines(report: LearningReport) -> str:
    """Describes in two sentences what the two baselines recall from 20 lesions."""
    mean, dense = (
        average_twenty_lesions(report, head).recall for head in ("nearest_mean", "retrained")
    )
    return (
        f"On the same spikes, the nearest class mean recalls {mean:.2f}. A dense head that is "
        f"retrained on the host recalls {dense:.2f}."
    )


def list_update_scores(report: LearningReport) -> list[Row]:
    """Lists balanced accuracy after each update.

    Returns:
        lessons (in words), updates, value, low and high: one deviation over the draws to each side.
    """
    return [
        {
            "lessons": name,
            "updates": updates,
            "value": step.mean,
            "low": step.mean - step.deviation,
            "high": step.mean + step.deviation,
        }
        for name, steps in report.forgetting.items()
        for updates, step in enumerate(steps)
    ]


def make_phone_table(report: LearningReport) -> list[Row]:
    """Makes one row per number of labelled phone photos, 0 first."""
    return [
        {
            "Labelled phone photos": row.photos,
            "Accuracy": _format(row.accuracy),
            "Balanced accuracy": _format(row.balanced_accuracy),
        }
        for row in report.phone.rows
    ]


def make_unseen_class_table(report: LearningReport) -> list[Row]:
    """Makes one row per number of patients that a class unknown to all layers is learned from."""
    return [
        {
            "Learned from patients": row.patients,
            "Recall, other patients": _format(row.recall),
            "Others taken for it": _format(row.others_taken_for_it),
        }
        for row in report.unseen_class.rows
    ]


def _average_classes(rows: list[Row]) -> list[Row]:
    keys = sorted({(row["lesions"], row["head"]) for row in rows})

    def mean(found: list[Row], key: str) -> float:
        return float(np.mean([row[key] for row in found]))

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


def _format(value: MeanAndDeviation) -> str:
    mean, deviation = value.mean, value.deviation
    return f"{mean:.3f} ± {deviation:.3f}" if deviation else f"{mean:.3f}"
