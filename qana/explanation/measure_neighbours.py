"""Measures how often similar cases have the recorded diagnosis of a photo."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qana.classes import LABELS
from qana.data.photo import Photo
from qana.evaluation.source_scores import group_by_source
from qana.explanation.reference_cases import ReferenceCases
from qana.explanation.similar_cases import CaseSearch
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier

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
    """

    source: str
    image_type: str
    photos: int
    shares: dict[str, float]
    chance: float


def measure_neighbours(
    cases: ReferenceCases,
    search: CaseSearch,
    classifier: AkidaClassifier,
    photos: Sequence[Photo],
) -> list[dict[str, Any]]:
    """Measures the nearest cases of test photos.

    Args:
        cases: the reference cases.
        search: the search among them by the features of `classifier`.
        classifier: the network.
        photos: photos with a label, of lesions that no reference case shows.

    Returns:
        `NeighbourScore` of each source and image type, as JSON.

    Raises:
        ImageError: a photo cannot be read.
    """
    rows = []
    for (source, image_type), indices in group_by_source(photos).items():
        chosen = [photos[index] for index in indices]
        labels = np.array([LABELS.index(str(photo.label)) for photo in chosen])
        features = np.concatenate(list(_compute_features(classifier, chosen)))
        order = np.argsort(search.measure_distances(features), axis=1, kind="stable")
        right = cases.labels[order[:, : max(COUNTS)]] == labels[:, None]
        shares = {str(count): round(float(right[:, :count].mean()), 4) for count in COUNTS}
        chance = (cases.labels[None] == labels[:, None]).mean()
        score = NeighbourScore(source, image_type, len(chosen), shares, round(float(chance), 4))
        rows.append(asdict(score))
    return rows


def _compute_features(classifier: AkidaClassifier, photos: Sequence[Photo]) -> Iterable[np.ndarray]:
    """Computes the features of each photo, (1, F) integers."""
    for photo in photos:
        square = to_input(read_image(photo.path), classifier.input_size)
        yield classifier.features(square[None])
