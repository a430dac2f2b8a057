"""Reads a model's manifest record as typed data: scores, conversion, gate and abstention."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec

from qana.errors import ModelError
from qana.evaluation.scores import Evaluation, StageScores
from qana.inference.manifest import DERMOSCOPIC_ONLY, ModelEntry

COMPARED_SOURCE = "ham10000"
"""Source of the photos on which all models are compared, whatever they are trained on."""


class ModelMetrics(msgspec.Struct, frozen=True, rename={"lesion_test": "lesion-test"}):
    """Scores of one model.

    Attributes:
        validation: on the validation lesions of HAM10000, on Akida.
        lesion_test: on the test lesions of HAM10000, on Akida.
        stages: on the test lesions of HAM10000, by stage before Akida: float, ptq, solved, tuned.
    """

    validation: Evaluation
    lesion_test: Evaluation
    stages: dict[str, StageScores]


@dataclass(frozen=True)
class FileHash:
    """A file of the models folder and its SHA-256."""

    file: str
    sha256: str


class KerasFiles(msgspec.Struct, frozen=True, rename={"float_": "float"}):
    """The Keras forms of a model."""

    float_: FileHash
    quantized: FileHash


@dataclass(frozen=True)
class Ancestor:
    """The model that a model inherited its first weights from.

    Attributes:
        model: its name.
        sha256: of its float network.
    """

    model: str
    sha256: str


@dataclass(frozen=True)
class Conversion:
    """What the checks of the conversion found on the validation photos.

    Attributes:
        check_photos: photos that were compared.
        equal_logits: photos with equal logits in Keras and on Akida.
        largest_difference: of a logit.
        other_class: photos that get another class on Akida.
        ties: float32 rounding ties of Keras, by layer.
        passes: passes over the chip, by device.
        processors: neural processors in use, by device.
    """

    check_photos: int
    equal_logits: int
    largest_difference: float
    other_class: int
    ties: dict[str, int]
    passes: dict[str, int]
    processors: dict[str, int]


@dataclass(frozen=True)
class OperatingPoint:
    """Shift of the logits, chosen on validation; see `qana.training.operating_point`."""

    strength: float
    melanoma: float


class PassRate(msgspec.Struct, frozen=True, omit_defaults=True, rename={"passed": "pass"}):
    """How many photos of lesions pass the gate.

    Attributes:
        n: photos.
        passed: share that passes, 0 to 1.
        per_class: the same share by label.
    """

    n: int
    passed: float
    per_class: dict[str, float | None] | None = None


class SourcePassRate(msgspec.Struct, frozen=True, rename={"passed": "pass"}):
    """How many photos of one source and image type pass the gate.

    Attributes:
        source: name of the data set, one of `qana.data.sources.SOURCES`.
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
        n: photos.
        passed: share that passes, 0 to 1.
    """

    source: str
    image_type: str
    n: int
    passed: float


@dataclass(frozen=True)
class RejectionRate:
    """How many images of one family the gate rejects.

    Attributes:
        n: images.
        share: share that the gate rejects, 0 to 1.
    """

    n: int
    share: float


class Gate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The not-a-lesion gate and its test results.

    Attributes:
        file: its weights in the models folder.
        method: in words.
        threshold: scores of at least this pass.
        chosen_pass: share of the validation lesions that should pass, 0 to 1.
        lesions: pass rate by subset, on the photos of HAM10000.
        turned_away: rejection rate by family of out-of-distribution images.
        command: the command that fitted it.
        phone: pass rate of phone photos of lesions, where they were at hand and not in the fit.
        weights: name of the model to the SHA-256 of the .fbz file that the gate was fitted to.
        sha256: of the file.
        image_types: image types of the lesions in the fit.
        sources: pass rates by subset, one for each source and image type. None in the record of a
            gate that was fitted before there were several sources.
    """

    file: str
    method: str
    threshold: float
    chosen_pass: float
    lesions: dict[str, PassRate]
    turned_away: dict[str, RejectionRate]
    command: str
    phone: PassRate | None = None
    weights: dict[str, str] | None = None
    sha256: str
    image_types: tuple[str, ...] = DERMOSCOPIC_ONLY
    sources: dict[str, list[SourcePassRate]] | None = None

    def compute_pass_rate(self, subset: str, image_types: Collection[str]) -> PassRate | None:
        """Computes the pass rate over the photos of some image types, of all sources.

        Args:
            subset: "validation" or "lesion-test".
            image_types: some of `qana.data.photo.IMAGE_TYPES`.

        Returns:
            The rate; None if the record has no such photos.
        """
        rows = [
            row for row in (self.sources or {}).get(subset, []) if row.image_type in image_types
        ]
        count = sum(row.n for row in rows)
        passed = sum(row.n * row.passed for row in rows)
        return PassRate(count, passed / count) if count else None


@dataclass(frozen=True)
class MeasuredCoverage:
    """Coverage and risk at the threshold, and the risk-coverage curve of a subset.

    Attributes:
        coverage: share of the photos that get an answer, 0 to 1.
        risk: share of wrong answers among them, 0 to 1; None where no photo gets one.
        points: (coverage, risk), 0 to 1.
        aurc: mean risk over all coverages.
        aurc_random: the error rate.
    """

    coverage: float
    risk: float | None
    points: list[tuple[float, float]]
    aurc: float
    aurc_random: float


@dataclass(frozen=True)
class Abstention:
    """When a model abstains.

    Attributes:
        threshold: top probability below which it abstains, 0 to 1.
        coverage: share of the validation photos that should get an answer.
        risk_coverage: measurements by subset, on the photos of HAM10000.
        command: the command that chose the threshold.
        sources: data sets with the validation photos that set the threshold. They count alike.
    """

    threshold: float
    coverage: float
    risk_coverage: dict[str, MeasuredCoverage]
    command: str
    sources: tuple[str, ...] = (COMPARED_SOURCE,)


class ModelRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One record of models/manifest.json; `qana.inference.manifest` describes the first keys.

    Attributes:
        bytes: size of the .fbz file.
        keras: the Keras forms.
        architecture: name of the network builder.
        recipe: digest of the training recipe.
        sources: data sets that the model was trained on.
        command: the command that made the model.
        ancestor: the model that it inherited from, if any.
        split: the split of the data.
        conversion: findings of the conversion checks.
        licence: of the weights.
        metrics: scores.
        operating_point: shift of the logits.
        gate: the not-a-lesion gate, if fitted.
        abstain: the abstention rule, if fitted.
        edge: the edge head, see `qana.edge_learning`.
    """

    name: str
    target: str
    file: str
    input_shape: tuple[int, int, int]
    weight_bits: int
    activation_bits: int
    parameters: int
    macs: int
    sha256: str
    bytes: int
    keras: KerasFiles
    architecture: str
    recipe: str
    sources: tuple[str, ...] = (COMPARED_SOURCE,)
    command: str
    ancestor: Ancestor | None = None
    split: FileHash
    conversion: Conversion
    licence: str
    temperature: float
    metrics: ModelMetrics
    operating_point: OperatingPoint
    gate: Gate | None = None
    abstain: Abstention | None = None
    edge: dict[str, Any] | None = None


def read_record(entry: ModelEntry) -> ModelRecord:
    """Reads the whole manifest record of a model.

    Raises:
        ModelError: the record lacks a key or holds a value of the wrong type.
    """
    try:
        return msgspec.convert(entry.record, ModelRecord)
    except msgspec.ValidationError:
        raise ModelError(
            f"The manifest record of {entry.name} is incomplete: restore manifest.json from the "
            "repository or train the model again."
        ) from None


def read_test_scores(entry: ModelEntry) -> Evaluation:
    """Reads the scores of a model on the test lesions; errors are those of `read_record`."""
    return read_record(entry).metrics.lesion_test
