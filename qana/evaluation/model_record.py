"""Reads a model's manifest record as typed data: scores, conversion, gate and abstention."""

from dataclasses import dataclass
from typing import Any

import msgspec

from qana.errors import ModelError
from qana.evaluation.gate_record import COMPARED_SOURCE, Abstention, Gate
from qana.evaluation.scores import Evaluation, StageScores
from qana.inference.manifest import ModelEntry
from qana.typed_json import convert_record


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
        cases: the reference cases, see `qana.explanation.reference_cases`.
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
    cases: dict[str, Any] | None = None


def read_record(entry: ModelEntry) -> ModelRecord:
    """Reads the whole manifest record of a model.

    Raises:
        ModelError: the record lacks a key or holds a value of the wrong type.
    """
    try:
        return convert_record(entry.record, ModelRecord)
    except msgspec.ValidationError:
        raise ModelError(
            f"The manifest record of {entry.name} is incomplete: restore manifest.json from the "
            "repository or train the model again."
        ) from None


def read_test_scores(entry: ModelEntry) -> Evaluation:
    """Reads the scores of a model on the test lesions; errors are those of `read_record`."""
    return read_record(entry).metrics.lesion_test
