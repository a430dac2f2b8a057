"""Reads a model's manifest record as typed data: scores, conversion, gate and abstention."""

from dataclasses import dataclass
from typing import Any

import msgspec

from qana.errors import ModelError
from qana.evaluation.scores import Evaluation, StageScores
from qana.inference.manifest import ModelEntry


class ModelMetrics(msgspec.Struct, frozen=True, rename={"lesion_test": "lesion-test"}):
    """Scores of one model.

    Attributes:
        validation: on the validation lesions, on Akida.
        lesion_test: on the test lesions, on Akida.
        stages: on the test lesions, by stage before Akida: float, ptq, solved, tuned.
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
        lesions: pass rate by subset.
        turned_away: rejection rate by family of out-of-distribution images.
        command: the command that fitted it.
        phone: pass rate of phone photos of lesions, where they were at hand.
        weights: name of the model to the SHA-256 of the .fbz file that the gate was fitted to.
        sha256: of the file.
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
        risk_coverage: measurements by subset.
        command: the command that chose the threshold.
    """

    threshold: float
    coverage: float
    risk_coverage: dict[str, MeasuredCoverage]
    command: str


class ModelRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One record of models/manifest.json; `qana.inference.manifest` describes the first keys.

    Attributes:
        bytes: size of the .fbz file.
        keras: the Keras forms.
        architecture: name of the network builder.
        recipe: digest of the training recipe.
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
