"""Reads named features from the integers of an answer: hair, pen marks, pigment and others.

A read-out is a weighted sum of the integers that enter the last dense layer, as in the concept
activation vectors of Kim et al., "Interpretability beyond feature attribution", ICML 2018,
https://arxiv.org/abs/1711.11279. `python -m qana concepts` fits and measures the read-outs. This
module needs numpy alone.
"""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np

from qana.errors import ModelError, UserError
from qana.evaluation.report_files import read_report
from qana.evaluation.scores import Interval
from qana.inference.diagnosis import Diagnosis
from qana.inference.events import read_features
from qana.inference.gate import take_roots
from qana.inference.manifest import ModelEntry
from qana.inference.model_store import read_verified_bytes

LEAST_AUC = 0.8
"""A read-out is shown only if its AUC is above this for all tested sources and image types."""
REPORT, FILE = ".concepts.json", ".concepts.npz"
"""Ends of the names of the report and of the weights, after the name of the model."""


@dataclass(frozen=True)
class ConceptTest:
    """How well a read-out tells photos with the feature from others.

    Attributes:
        source: name of the data set.
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
        photos: number of photos.
        positives: photos with the feature.
        auc: area under the ROC curve, 0 to 1.
        ci95: its 95 % interval over lesions.
    """

    source: str
    image_type: str
    photos: int
    positives: int
    auc: float
    ci95: Interval


@dataclass(frozen=True)
class Shortcut:
    """How often answers are wrong with and without a feature that is no part of the lesion.

    Attributes:
        photos_with: test photos on which the read-out sees the feature.
        photos_without: the other test photos.
        wrong_with: share of wrong answers with it, 0 to 1.
        wrong_without: the same without it, among photos of the same image types.
        ci95: 95 % interval of the difference over lesions.
    """

    photos_with: int
    photos_without: int
    wrong_with: float
    wrong_without: float
    ci95: Interval

    @property
    def is_clear(self) -> bool:
        """True if answers are wrong more often, and the interval excludes no effect."""
        return self.ci95[0] > 0


@dataclass(frozen=True)
class Concept:
    """A named feature with its read-out.

    Attributes:
        name: short name, such as "pen".
        title: name in words, such as "pen marks".
        origin: where its labels come from, in words.
        threshold: smallest log-odds at which it counts as seen, chosen on validation photos.
        tests: results on test lesions, one for each source and image type with enough photos.
        drawn: results on test photos of other sources on which the feature is drawn or not.
        shortcut: wrong answers with and without it; None for a feature of the lesion itself.
    """

    name: str
    title: str
    origin: str
    threshold: float
    tests: list[ConceptTest]
    drawn: list[ConceptTest]
    shortcut: Shortcut | None = None

    @property
    def least_auc(self) -> float:
        """The lowest AUC on test lesions, also on those of other sources; 0 without a test."""
        return min((test.auc for test in (*self.tests, *self.drawn)), default=0.0)

    @property
    def is_shown(self) -> bool:
        """True if the read-out is good enough to be shown with an answer."""
        return bool(self.tests) and self.least_auc > LEAST_AUC


@dataclass(frozen=True)
class ConceptsReport:
    """The report models/NAME.concepts.json.

    Attributes:
        command: the command that wrote it.
        model: name of the model.
        sha256: of its .fbz file.
        file_sha256: of the file of the weights.
        concepts: the features, in the order of the weights.
    """

    command: str
    model: str
    sha256: str
    file_sha256: str
    concepts: list[Concept]


@dataclass(frozen=True, eq=False)
class ReadOuts:
    """Weights of K read-outs.

    Attributes:
        weights: (K, F) float64.
        biases: (K,) float64.
    """

    weights: np.ndarray
    biases: np.ndarray

    def score(self, features: np.ndarray) -> np.ndarray:
        """Computes log-odds: (N, F) integers of the network to (N, K) float64."""
        scores: np.ndarray = take_roots(features) @ self.weights.T + self.biases
        return scores

    def write(self, path: Path) -> None:
        """Writes the weights as .npz. Equal weights make equal bytes."""
        np.savez_compressed(path, weights=self.weights.astype(np.float32), biases=self.biases)


def read_concepts_report(entry: ModelEntry) -> ConceptsReport | None:
    """Reads the report on the present weights of a model; None if there is none.

    Raises:
        ReportError: the report is damaged.
    """
    path = entry.path.with_name(f"{entry.name}{REPORT}")
    if not path.is_file():
        return None
    report = read_report(path, ConceptsReport)
    return report if report.sha256 == entry.sha256 else None


def find_concepts(diagnosis: Diagnosis) -> list[Concept]:
    """Finds the named features that the network's integers show on a photo.

    Args:
        diagnosis: with an answer.

    Returns:
        The features that are seen, of those whose read-out is good enough to be shown. Empty if
        none is seen or nothing is measured for the network.

    Raises:
        UserError: the photo was rejected, or a file is damaged.
    """
    if diagnosis.prediction is None:
        raise UserError("A rejected photo has no answer: diagnose it with force=True.")
    entry = diagnosis.classifier.entry
    report = read_concepts_report(entry)
    if report is None:
        return []
    read_outs = _read_weights(entry.path.with_name(f"{entry.name}{FILE}"), report.file_sha256)
    scores = read_outs.score(read_features(diagnosis.prediction.outputs)[None])[0]
    if len(scores) != len(report.concepts):
        raise ModelError(f"{entry.name}{FILE} is damaged: restore it from the repository.")
    return [
        concept
        for concept, score in zip(report.concepts, scores.tolist(), strict=True)
        if concept.is_shown and score >= concept.threshold
    ]


@lru_cache(maxsize=4)
def _read_weights(path: Path, digest: str) -> ReadOuts:
    data = read_verified_bytes(path, digest)
    with np.load(BytesIO(data), allow_pickle=False) as stored:
        return ReadOuts(stored["weights"].astype(np.float64), stored["biases"].astype(np.float64))
