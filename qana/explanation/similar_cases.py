"""Finds the training lesions that are nearest to a photo by the features of the spiking network.

The features are the integers that enter the last dense layer. They are computed for the answer
anyway, so a search costs milliseconds. Reader studies found that novices become more accurate with
similar cases (JMIR Dermatol 2023, e42129).
"""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from qana.classes import LABELS
from qana.data.source_names import ATTRIBUTIONS
from qana.errors import ModelError, UserError
from qana.explanation.photo_prints import find_same_photo, make_print
from qana.explanation.reference_cases import ReferenceCases, read_case_features, read_cases
from qana.imaging import read_image
from qana.inference.diagnosis import Diagnosis
from qana.inference.events import read_features
from qana.inference.gate import take_roots
from qana.inference.manifest import ModelEntry


@dataclass(frozen=True, eq=False)
class SimilarCase:
    """A training lesion that resembles a photo.

    Attributes:
        id: identifier of its photo in the data set, such as "ISIC_0024306".
        label: recorded diagnosis, one of `qana.classes.LABELS`.
        distance: 0 for the same features, at most 2: 1 minus the cosine of the signed square roots
            of the features.
        source: name of the data set, see `qana.data.sources.SOURCES`.
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
        lesion: identifier of the lesion.
        attribution: source and licence of the photo, for its caption.
        file: the photo, a small WebP file.
    """

    id: str
    label: str
    distance: float
    source: str
    image_type: str
    lesion: str
    attribution: str
    file: bytes = field(repr=False)

    def read_photo(self) -> np.ndarray:
        """Returns the photo as (S, S, 3) uint8 RGB."""
        return read_image(self.file)


class CaseSearch:
    """Searches the reference cases by the features of one network."""

    def __init__(self, cases: ReferenceCases, features: np.ndarray) -> None:
        """Prepares the search.

        Args:
            cases: N reference cases.
            features: (N, F) numbers that the network gives to them.
        """
        self._cases = cases
        self._directions = normalize_features(features)

    def find(
        self, features: np.ndarray, own: np.ndarray, count: int, label: str | None = None
    ) -> list[SimilarCase]:
        """Finds the nearest cases of different lesions, the nearest first.

        Args:
            features: (F,) numbers that the network gives to a photo.
            own: grey copy of the photo, see `qana.explanation.photo_prints.make_print`. Cases that
                show this photo, and other photos of their lesions, are left out.
            count: number of cases.
            label: recorded diagnosis of the cases, one of `qana.classes.LABELS`; None for any.
        """
        distances = self.measure_distances(features[None])[0]
        lesions, prints = self._cases.lesions, self._cases.prints
        order = np.argsort(distances, kind="stable")
        # Copies of the photo are among the nearest, so only these are compared pixel by pixel.
        near = order[: 100 + 20 * count]
        seen = set(lesions[near[find_same_photo(own, prints[near])]].tolist())
        found: list[SimilarCase] = []
        if label is not None:
            order = order[self._cases.labels[order] == LABELS.index(label)]
        for index in order.tolist():
            lesion = str(lesions[index])
            if lesion not in seen:
                seen.add(lesion)
                found.append(self._describe(index, float(distances[index])))
            if len(found) == count:
                break
        return found

    def measure_distances(self, features: np.ndarray) -> np.ndarray:
        """Measures the distances of photos to all cases: (M, F) numbers to (M, N) float64."""
        return np.maximum(0.0, 1 - normalize_features(features) @ self._directions.T)

    def _describe(self, index: int, distance: float) -> SimilarCase:
        cases = self._cases
        source = str(cases.sources[index])
        return SimilarCase(
            id=str(cases.ids[index]),
            label=LABELS[cases.labels[index]],
            distance=distance,
            source=source,
            image_type=str(cases.image_types[index]),
            lesion=str(cases.lesions[index]),
            attribution=ATTRIBUTIONS[source],
            file=cases.read_file(index),
        )


def find_similar(diagnosis: Diagnosis, k: int = 5) -> list[SimilarCase]:
    """Finds the training lesions that are nearest to a diagnosed photo.

    Args:
        diagnosis: diagnosis of a photo, with an answer.
        k: number of cases, 1 to 50.

    Returns:
        `k` cases of different lesions, the nearest first. A copy of the photo itself is left out,
        with all photos of its lesion.

    Raises:
        UserError: the photo has no answer, or `k` is out of its range.
        ModelError: the network has no reference cases, or their file is changed.

    Example:
        >>> [(case.label, case.source) for case in find_similar(diagnosis, k=2)]
        [('nv', 'ham10000'), ('nv', 'milk10k')]
    """
    if not 1 <= k <= 50:
        raise UserError(f"There are no {k} similar cases: give k a number from 1 to 50.")
    prediction = diagnosis.prediction
    if prediction is None:
        raise UserError(
            "A rejected photo has no similar cases: diagnose it with force=True to see some."
        )
    search = load_search(diagnosis.classifier.entry)
    return search.find(read_features(prediction.outputs), make_print(prediction.inputs), k)


def load_search(entry: ModelEntry) -> CaseSearch:
    """Loads the search of a model, once for each file.

    Raises:
        ModelError: the model has no reference cases, or their file is changed.
    """
    if entry.cases is None:
        raise ModelError(
            f"{entry.name} has no reference cases: make them with `python -m qana similar --data "
            f"DIR --model {entry.name}`."
        )
    return _load_search(*entry.cases)


@lru_cache(maxsize=4)
def _load_search(file: Path, digest: str) -> CaseSearch:
    cases = read_cases()
    return CaseSearch(cases, read_case_features(file, digest, cases))


def normalize_features(features: np.ndarray) -> np.ndarray:
    """Converts (N, F) features to (N, F) float64 signed square roots with rows of length 1."""
    roots = take_roots(features)
    return roots / np.maximum(np.linalg.norm(roots, axis=1, keepdims=True), 1e-9)
