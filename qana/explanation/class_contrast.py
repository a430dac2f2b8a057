"""Explains why the network prefers one class to another.

The last layer is linear, so the difference of two logits is the sum of a difference at each place,
plus the difference of both biases. A map of one class alone cannot show this: a place can support
both classes. See Miller, "Contrastive explanation", The Knowledge Engineering Review 36 (2021),
https://doi.org/10.1017/S0269888921000102.
"""

from dataclasses import dataclass

import numpy as np

from qana.classes import LABELS
from qana.errors import ExplanationError
from qana.explanation.answer_map import load_map
from qana.explanation.photo_prints import make_print
from qana.explanation.similar_cases import SimilarCase, load_search
from qana.inference.diagnosis import Diagnosis
from qana.inference.events import read_features


@dataclass(frozen=True, eq=False)
class ClassContrast:
    """What separates two classes on one photo.

    Attributes:
        first: one of `qana.classes.LABELS`.
        second: another one.
        difference: (H, W) float64, in logits: above 0 where the photo supports `first` more, below
            0 where it supports `second` more.
        bias: difference of both biases, in logits. It is the same for each photo.
        cases: the nearest training lesion of each class. Empty if the network has no reference
            cases.
    """

    first: str
    second: str
    difference: np.ndarray
    bias: float
    cases: tuple[SimilarCase, ...]

    @property
    def for_first(self) -> float:
        """Sum over the places that support `first` more, in logits, at least 0."""
        return float(np.maximum(self.difference, 0).sum())

    @property
    def for_second(self) -> float:
        """Sum over the places that support `second` more, in logits, at least 0."""
        return float(np.maximum(-self.difference, 0).sum())

    @property
    def total(self) -> float:
        """Logit of `first` minus logit of `second`, up to the rounding of the average."""
        return self.for_first - self.for_second + self.bias


def contrast_classes(diagnosis: Diagnosis, first: str, second: str) -> ClassContrast:
    """Compares two classes on a diagnosed photo.

    Args:
        diagnosis: with an answer.
        first: one of `qana.classes.LABELS`.
        second: another one.

    Raises:
        ExplanationError: the photo was rejected, both classes are one, or the network has no map.
        ModelError: the file of the reference cases is missing or changed.

    Example:
        >>> found = contrast_classes(diagnosis, "mel", "nv")
        >>> found.difference.shape, [case.label for case in found.cases]
        ((8, 8), ['mel', 'nv'])
    """
    prediction = diagnosis.prediction
    if prediction is None:
        raise ExplanationError(
            "This photo was rejected, so it has no answer to explain: classify it with "
            "`force=True`."
        )
    if first == second or not {first, second} <= set(LABELS):
        raise ExplanationError(f"Choose two different classes of {', '.join(LABELS)}.")
    akida_map = load_map(diagnosis.classifier.layers)
    if akida_map is None:
        raise ExplanationError(
            f"The network {diagnosis.model} has no Akida map: choose another network."
        )
    evidence = akida_map.compute_evidence(prediction.outputs)
    one, other = LABELS.index(first), LABELS.index(second)
    return ClassContrast(
        first,
        second,
        evidence[..., one] - evidence[..., other],
        float(akida_map.bias[one] - akida_map.bias[other]),
        _find_cases(diagnosis, (first, second)),
    )


def _find_cases(diagnosis: Diagnosis, labels: tuple[str, ...]) -> tuple[SimilarCase, ...]:
    """Finds the nearest training lesion of each class."""
    entry, prediction = diagnosis.classifier.entry, diagnosis.prediction
    if entry.cases is None or prediction is None:
        return ()
    search, own = load_search(entry), make_print(prediction.inputs)
    features = read_features(prediction.outputs)
    return tuple(case for label in labels for case in search.find(features, own, 1, label))
