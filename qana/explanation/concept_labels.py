"""Labels photos with named features: MONET's scores of MILK10k, and shapes of lesion masks."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from qana.data.lesion_masks import read_mask
from qana.data.photo import Photo

HALF = 0.5
"""MONET score from which a photo counts as showing a feature."""
MASK_SIDE = 128
"""Side of the masks that are measured, pixels."""
UPPER_QUARTER = 0.75
"""Quantile of the training lesions from which a shape counts as having a feature."""
MONET = "MONET's scores, a model's estimates that nobody has checked"
MASKS = "lesion masks"


@dataclass(frozen=True)
class ConceptLabel:
    """A named feature and how its labels are made.

    Attributes:
        name: short name.
        title: name in words.
        origin: where the labels come from, in words.
        source: data set with labels.
        measure: returns the strength of the feature on a photo; None if it has none.
        cut: strength from which the feature counts as there; None for `UPPER_QUARTER`.
        artefact: drawn artefact of the same kind, one of `qana.data.drawn_artefacts.ARTEFACTS`.
        beside: True if the feature is no part of the lesion.
    """

    name: str
    title: str
    origin: str
    source: str
    measure: Callable[[Photo], float | None]
    cut: float | None
    artefact: str | None = None
    beside: bool = False


def measure_area(mask: np.ndarray) -> float:
    """Measures the share of the square that a lesion covers: (S, S) bool to 0 to 1."""
    return float(mask.mean())


def measure_asymmetry(mask: np.ndarray) -> float:
    """Measures how badly a lesion matches its mirror image, 0 to 1.

    The lesion is mirrored at both axes through its centre along its principal directions, and the
    larger mismatch counts: 1 minus intersection over union.

    Args:
        mask: (S, S) bool, at least one True.
    """
    rows, columns = np.nonzero(mask)
    points = np.stack([columns, rows]).astype(np.float64)
    centre = points.mean(axis=1, keepdims=True)
    _, axes = np.linalg.eigh(np.cov(points - centre) + 1e-9 * np.eye(2))
    worst = 0.0
    for axis in axes.T:
        mirror = np.eye(2) - 2 * np.outer(axis, axis)
        shift = centre - mirror @ centre
        moved = cv2.warpAffine(
            mask.astype(np.uint8),
            np.hstack([mirror, shift]),
            mask.shape[::-1],
            flags=cv2.INTER_NEAREST,
        ).astype(bool)
        worst = max(worst, 1 - float((mask & moved).sum() / (mask | moved).sum()))
    return worst


def measure_irregularity(mask: np.ndarray) -> float:
    """Measures the border of a lesion: its squared length over that of a circle of equal area.

    Args:
        mask: (S, S) bool, at least one True.

    Returns:
        About 1 for a circle, more for a ragged border.
    """
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    length = sum(cv2.arcLength(outline, True) for outline in outlines)
    return float(length**2 / (4 * np.pi * mask.sum()))


def _read_score(name: str) -> Callable[[Photo], float | None]:
    return lambda photo: (photo.concepts or {}).get(name)


def _read_shape(measure: Callable[[np.ndarray], float]) -> Callable[[Photo], float | None]:
    def read(photo: Photo) -> float | None:
        if photo.mask is None:
            return None
        mask = read_mask(photo, MASK_SIDE)
        return measure(mask) if mask.any() else None

    return read


CONCEPT_LABELS = (
    ConceptLabel("hair", "hair", MONET, "milk10k", _read_score("hair"), HALF, "hair", True),
    ConceptLabel(
        "pen", "pen marks", MONET, "milk10k", _read_score("pen"), HALF, "ink marking", True
    ),
    ConceptLabel("gel", "gel or fluid", MONET, "milk10k", _read_score("gel"), HALF, None, True),
    ConceptLabel("vessels", "visible vessels", MONET, "milk10k", _read_score("vessels"), HALF),
    ConceptLabel(
        "ulceration", "ulceration or crust", MONET, "milk10k", _read_score("ulceration"), HALF
    ),
    ConceptLabel("pigmented", "pigment", MONET, "milk10k", _read_score("pigmented"), HALF),
    ConceptLabel("erythema", "redness", MONET, "milk10k", _read_score("erythema"), HALF),
    ConceptLabel(
        "large", "a large part of the square", MASKS, "ham10000", _read_shape(measure_area), None
    ),
    ConceptLabel(
        "asymmetric",
        "an asymmetric outline",
        MASKS,
        "ham10000",
        _read_shape(measure_asymmetry),
        None,
    ),
    ConceptLabel(
        "irregular",
        "an irregular border",
        MASKS,
        "ham10000",
        _read_shape(measure_irregularity),
        None,
    ),
)
"""The features that the data sets label."""
