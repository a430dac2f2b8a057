"""Measures how often similar cases have the recorded diagnosis of a photo."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qana.classes import LABELS
from qana.data.photo import Photo
from qana.evaluation.source_scores import group_by_source
from qana.explanation.similar_cases import normalize_features

COUNTS = (1, 5, 10)
"""Numbers of nearest cases."""


@dataclass(frozen=True)
class NeighbourScore:
    """How often the nearest cases of the photos of one source have the photo's diagnosis.

    Attributes:
        source: name of the data set.
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
        photos: number of photos.
        shares: number of nearest cases, one of `COUNTS`, to the share of them with the diagnosis of
            the photo, 0 to 1, as the mean over the photos.
        chance: the same share for cases drawn at random, 0 to 1.
        classes: class to the share among the five nearest cases of its photos, 0 to 1.
    """

    source: str
    image_type: str
    photos: int
    shares: dict[str, float]
    chance: float
    classes: dict[str, float]


def find_nearest(features: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Finds the nearest cases of photos by the same distance as `CaseSearch`.

    Args:
        features: (M, F) numbers of the photos.
        others: (N, F) numbers of the cases, N at least 10.

    Returns:
        (M, 10) indices of the nearest cases, the nearest first, and (M, 10) distances.
    """
    distances = np.maximum(0.0, 1 - normalize_features(features) @ normalize_features(others).T)
    order = np.argsort(distances, axis=1, kind="stable")[:, : max(COUNTS)]
    return order, np.take_along_axis(distances, order, axis=1)


def score_neighbours(
    photos: Sequence[Photo], nearest: np.ndarray, labels: np.ndarray
) -> list[dict[str, Any]]:
    """Scores the nearest cases of test photos.

    Args:
        photos: M photos with a label, of lesions that no reference case shows.
        nearest: (M, 10) indices of the nearest cases.
        labels: (N,) labels of all cases, indices in `qana.classes.LABELS`.

    Returns:
        `NeighbourScore` of each source and image type, as JSON.
    """
    rows = []
    for (source, image_type), indices in group_by_source(photos).items():
        own = np.array([LABELS.index(photos[index].known_label) for index in indices])
        right = labels[nearest[indices]] == own[:, None]
        classes = {
            LABELS[label]: _round(right[own == label, : COUNTS[1]].mean())
            for label in sorted(set(own.tolist()))
        }
        score = NeighbourScore(
            source,
            image_type,
            len(indices),
            {str(count): _round(right[:, :count].mean()) for count in COUNTS},
            _round((labels[None] == own[:, None]).mean()),
            classes,
        )
        rows.append(asdict(score))
    return rows


def compute_mean_shares(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Computes the mean shares over the rows, so that each source and image type counts alike."""
    return {str(n): _round(np.mean([row["shares"][str(n)] for row in rows])) for n in COUNTS}


def _round(value: Any) -> float:
    return round(float(value), 4)
