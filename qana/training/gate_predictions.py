"""Keeps what a model computes for the photos that its gate and abstain band are fitted to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qana.classes import LABELS
from qana.data.arrays import encode_labels
from qana.data.photo import Photo
from qana.evaluation.answer_photos import answer_photos
from qana.evaluation.gate_record import COMPARED_SOURCE, SourcePassRate
from qana.evaluation.report_files import to_document
from qana.evaluation.source_scores import group_by_source
from qana.inference.classifier import AkidaClassifier
from qana.inference.gate import Gate
from qana.training.fit_not_a_lesion_gate import Lesions


@dataclass(frozen=True)
class GatePredictions:
    """Outputs of a model for N photos.

    Attributes:
        lesions: the photos, and the integers that enter the last dense layer.
        probabilities: (N, 7) floats, calibrated, each row summing to 1.
        in_lit_field: (N,) bool, whether a photo was cropped to the lit field of a dermatoscope.
    """

    lesions: Lesions
    probabilities: np.ndarray
    in_lit_field: np.ndarray

    @property
    def labels(self) -> np.ndarray:
        """The true classes, (N,) int64."""
        return encode_labels(self.lesions.photos)

    def select(self, sources: Collection[str]) -> "GatePredictions":
        """Selects the photos of some sources; all photos, if none is of these."""
        rows = [index for index, one in enumerate(self.lesions.photos) if one.source in sources]
        if not rows:
            return self
        photos = [self.lesions.photos[row] for row in rows]
        lesions = Lesions(photos, self.lesions.features[rows])
        return GatePredictions(lesions, self.probabilities[rows], self.in_lit_field[rows])

    def select_compared(self) -> "GatePredictions":
        """Selects the photos on which models are compared."""
        return self.select([COMPARED_SOURCE])

    def pass_gate(self, gate: Gate) -> np.ndarray:
        """Returns (N,) bool, True for the photos that pass the gate."""
        return gate.passes(self.lesions.features, self.in_lit_field)

    def measure_pass_rates(self, gate: Gate) -> dict[str, Any]:
        """Returns the share of photos that pass the gate, in total and for each class."""
        passes, labels = self.pass_gate(gate), self.labels
        per_class = {
            label: float(passes[labels == index].mean())
            for index, label in enumerate(LABELS)
            if (labels == index).any()
        }
        return {"n": len(passes), "pass": float(passes.mean()), "per_class": per_class}

    def measure_sources(self, gate: Gate) -> list[dict[str, Any]]:
        """Returns the share of photos that pass the gate, for each source and image type."""
        passes = self.pass_gate(gate)
        rates = [
            SourcePassRate(source, image_type, len(rows), float(passes[rows].mean()))
            for (source, image_type), rows in group_by_source(self.lesions.photos).items()
        ]
        return [to_document(rate) for rate in rates]

    def measure_answers(self, threshold: float) -> dict[str, float | None]:
        """Returns the share of photos with an answer, and the share of wrong answers."""
        kept = self.probabilities.max(axis=1) >= threshold
        wrong = self.probabilities.argmax(axis=1) != self.labels
        return {
            "coverage": float(kept.mean()),
            "risk": float(wrong[kept].mean()) if kept.any() else None,
        }


def predict_for_gate(classifier: AkidaClassifier, photos: Sequence[Photo]) -> GatePredictions:
    """Classifies photos, and keeps what the gate and the abstain band are fitted to.

    Args:
        classifier: the network. Its own gate is not used.
        photos: N photos, N >= 1, each of one of the seven classes.

    Raises:
        ImageError: a photo cannot be read.
    """
    found = answer_photos(classifier, [photo.path for photo in photos])
    return GatePredictions(Lesions(photos, found.features), found.probabilities, found.in_lit_field)
