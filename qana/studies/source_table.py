"""Measures a network on the photos of all sources and builds a row with a cell for each."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE, Photo
from qana.data.source_names import TITLES
from qana.evaluation.estimates import make_answers
from qana.evaluation.report_files import Cell
from qana.evaluation.source_scores import compute_criterion, score_sources

KINDS = (
    ("ham10000", DERMOSCOPIC),
    ("milk10k", DERMOSCOPIC),
    ("milk10k", CLOSE_UP),
    ("bcn20000", DERMOSCOPIC),
    ("isic2017", DERMOSCOPIC),
    ("pad_ufes_20", SMARTPHONE),
)
"""Sources and image types with a column."""
BLURRED = "bcn20000"
"""Source that the second criterion leaves out. Its photos have 84 pixels a side, and a study asks
whether training needs them for the other sources."""
COLUMNS = (
    "variant",
    "criterion",
    f"criterion without {TITLES[BLURRED]}",
    *(f"{TITLES[source]}, {image_type}" for source, image_type in KINDS),
    "MACs (million)",
)
"""Columns of a row."""
SCORES = ("accuracy", "balanced_five", "auc")
"""Scores in a cell, in this order."""


def measure_sources(photos: Sequence[Photo], logits: np.ndarray) -> dict[str, Any]:
    """Computes the figures of a row.

    Args:
        photos: N photos of all sources.
        logits: (N, 7) floats.

    Returns:
        The figures by name, ready for a JSON document.
    """
    table = score_sources(photos, make_answers(photos, logits, 1.0), intervals=False)
    others = [row.scores for row in table.rows if row.source != BLURRED]
    return {
        "criterion": table.criterion,
        "criterion_without_blurred": compute_criterion(others) if others else None,
        "sources": {
            f"{row.source} {row.image_type}": {
                "photos": row.scores.photos,
                **{name: getattr(row.scores, name).value for name in (*SCORES, "macro_f1")},
            }
            for row in table.rows
        },
    }


def build_source_row(label: str, _stage: str, found: dict[str, Any]) -> list[Cell]:
    """Builds the cells of a row. A failed conversion has empty cells for its figures.

    Args:
        label: label of the variant.
        _stage: not shown.
        found: figures from `measure_sources`, with "macs".
    """
    cost = round(found["macs"] / 1e6, 1)
    if "failed" in found:
        return [label, *[None] * (len(COLUMNS) - 2), cost]
    criteria = (found["criterion"], found["criterion_without_blurred"])
    return [
        label,
        *(None if one is None else round(one, 3) for one in criteria),
        *(_format_scores(found["sources"].get(" ".join(kind))) for kind in KINDS),
        cost,
    ]


def _format_scores(scores: dict[str, Any] | None) -> str | None:
    """Formats the scores on one source and image type: "0.82 / 0.57 / 0.91"."""
    if scores is None:
        return None
    values = (scores[name] for name in SCORES)
    return " / ".join("-" if value is None else f"{value:.2f}" for value in values)
