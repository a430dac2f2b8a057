"""Builds rows of accuracy against events, and chooses the strength of the activation penalty."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qana.evaluation.report_files import Cell

COLUMNS = (
    "strength",
    "criterion",
    "HAM10000 macro F1",
    "median events",
    "events of plain skin / of its photos",
    "stage",
)
"""Columns of a row."""
HAM10000 = "ham10000 dermoscopic"
"""Key of the scores on HAM10000."""
LARGEST_LOSS = 0.01
"""Largest loss of macro F1 that fewer events may cost."""
ROUNDING = 1e-9
"""Differences of macro F1 below this are rounding errors."""


@dataclass(frozen=True)
class SparsityPoint:
    """What one strength of the penalty costs and saves.

    Attributes:
        strength: factor of the penalty.
        macro_f1: macro F1 on the validation photos of HAM10000, 0 to 1.
        events: median number of events of a photo.
    """

    strength: float
    macro_f1: float
    events: float


def choose_strength(points: Sequence[SparsityPoint]) -> SparsityPoint:
    """Chooses the strength with the fewest events that hardly costs accuracy.

    Args:
        points: one for each strength. One has the strength 0.

    Returns:
        The point with the fewest events among those with a macro F1 of at most `LARGEST_LOSS`
        below that of the strength 0.

    Raises:
        ValueError: no point has the strength 0.
    """
    without = [point for point in points if point.strength == 0]
    if not without:
        raise ValueError("No point has the strength 0: measure the network without a penalty.")
    least = without[0].macro_f1 - LARGEST_LOSS - ROUNDING
    allowed = [point for point in points if point.macro_f1 >= least]
    return min(allowed, key=lambda point: (point.events, point.strength))


def build_event_row(label: str, stage: str, found: dict[str, Any]) -> list[Cell]:
    """Builds the cells of a row. A failed conversion has empty cells for its figures.

    Args:
        label: label of the variant, the strength.
        stage: name of the stage.
        found: figures from `measure_sources` and `measure_events`.
    """
    if "failed" in found:
        return [label, *[None] * (len(COLUMNS) - 2), stage]
    skin = found["plain_skin"]
    return [
        label,
        round(found["criterion"], 3),
        round(found["sources"][HAM10000]["macro_f1"], 3),
        round(found["events"]),
        None if skin is None else round(skin, 2),
        stage,
    ]


def describe_choice(measured: Sequence[dict[str, Any]]) -> str:
    """Describes which strength the rule chooses.

    Args:
        measured: figures of all rows, each with its "strength".

    Returns:
        A sentence. It is empty if the network without a penalty does not convert.
    """
    points = [
        SparsityPoint(found["strength"], found["sources"][HAM10000]["macro_f1"], found["events"])
        for found in measured
        if "failed" not in found
    ]
    if not any(point.strength == 0 for point in points):
        return ""
    chosen = choose_strength(points)
    return f"The rule chooses the strength {chosen.strength:g}."
