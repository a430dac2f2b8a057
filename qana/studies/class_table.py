"""Measures a network on HAM10000 and builds a row with the recalls of classes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from qana.data.arrays import encode_labels
from qana.data.photo import Photo
from qana.evaluation.bootstrap import compute_intervals
from qana.evaluation.metrics import score_probabilities
from qana.evaluation.report_files import Cell
from qana.inference.temperature import softmax

RARE_CLASSES = ("df", "vasc", "akiec")
COLUMNS = (
    "variant",
    "stage",
    "accuracy",
    "balanced accuracy",
    "macro F1",
    "macro F1, 95 % interval",
    *(f"recall {label}" for label in (*RARE_CLASSES, "mel")),
    "parameters",
    "MACs (million)",
)
"""Columns of a row."""


def measure_classes(photos: Sequence[Photo], logits: np.ndarray) -> dict[str, Any]:
    """Computes the figures of a row.

    Args:
        photos: N photos of one of the seven classes.
        logits: (N, 7) floats.

    Returns:
        The figures by name, ready for a JSON document.
    """
    labels, lesions = encode_labels(photos), [photo.lesion_id for photo in photos]
    result = score_probabilities(labels, softmax(logits))
    return {
        **{name: getattr(result, name) for name in ("accuracy", "balanced_accuracy", "macro_f1")},
        "ci95": list(compute_intervals(labels, logits.argmax(axis=1), lesions).macro_f1),
        "recall": {label: result.per_class[label].recall for label in (*RARE_CLASSES, "mel")},
    }


def build_class_row(label: str, stage: str, found: dict[str, Any]) -> list[Cell]:
    """Builds the cells of a row. A failed conversion has empty cells for its figures.

    Args:
        label: label of the variant.
        stage: name of the stage.
        found: figures from `measure_classes`, with "parameters" and "macs".
    """
    cost = [found["parameters"], round(found["macs"] / 1e6, 1)]
    if "failed" in found:
        return [label, stage, *[None] * (len(COLUMNS) - 4), *cost]
    low, high = found["ci95"]
    return [
        label,
        stage,
        *(round(found[name], 3) for name in ("accuracy", "balanced_accuracy", "macro_f1")),
        f"{low:.3f} to {high:.3f}",
        *(round(found["recall"][name], 2) for name in (*RARE_CLASSES, "mel")),
        *cost,
    ]
