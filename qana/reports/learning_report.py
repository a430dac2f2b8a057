"""Describes and reads models/protocols/learning.json: how well the edge head learns.

`python -m qana protocol learning` writes it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from qana.evaluation.report_files import read_report_if_present


@dataclass(frozen=True)
class MeanAndDeviation:
    """Mean and standard deviation of a score over the draws."""

    mean: float
    deviation: float


@dataclass(frozen=True)
class HeadScores:
    """Scores of one head on the test lesions.

    Attributes:
        accuracy: 0 to 1.
        balanced_accuracy: 0 to 1.
        macro_f1: 0 to 1.
        recall: of the seven labels, in the order of `qana.classes.LABELS`.
    """

    accuracy: MeanAndDeviation
    balanced_accuracy: MeanAndDeviation
    macro_f1: MeanAndDeviation
    recall: list[float | None]


class LeftOutClass(msgspec.Struct, frozen=True, rename={"label": "class"}):
    """A class that a head first lacks and then learns.

    Attributes:
        label: the class.
        lesions: number of lesions that it is learned from.
        head: edge, nearest_mean or retrained.
        recall: of the class on test lesions, after learning.
        others_before: balanced accuracy of the other classes, before.
        others_after: the same, after.
    """

    label: str
    lesions: int
    head: str
    recall: MeanAndDeviation
    others_before: float
    others_after: MeanAndDeviation


@dataclass(frozen=True)
class PhoneRow:
    """Scores on phone photos after learning from some of them.

    Attributes:
        photos: phone photos learned from.
        accuracy: 0 to 1.
        balanced_accuracy: 0 to 1.
        macro_f1: 0 to 1.
        recall: of the seven labels; None for a class without photos.
    """

    photos: int
    accuracy: MeanAndDeviation
    balanced_accuracy: MeanAndDeviation
    macro_f1: MeanAndDeviation
    recall: list[float | None]


@dataclass(frozen=True)
class PhoneLearning:
    """Transfer from dermatoscope to phone, tested on other patients.

    Attributes:
        photos: number of phone photos.
        patients: number of patients.
        rows: scores by number of photos learned from.
    """

    photos: int
    patients: int
    rows: list[PhoneRow]


@dataclass(frozen=True)
class UnseenClassRow:
    """Scores after a class that no layer has seen is learned.

    Attributes:
        patients: patients that it is learned from.
        recall: of the class, on other patients.
        others_taken_for_it: share of the other photos that get the class.
    """

    patients: int
    recall: MeanAndDeviation
    others_taken_for_it: MeanAndDeviation


@dataclass(frozen=True)
class UnseenClass:
    """A class that no layer of the network has seen.

    Attributes:
        diagnosis: its name in the data set of phone photos.
        photos: number of its photos.
        patients: number of its patients.
        rows: scores by number of patients learned from.
    """

    diagnosis: str
    photos: int
    patients: int
    rows: list[UnseenClassRow]


class LearningReport(msgspec.Struct, frozen=True, rename={"unseen_class": "stranger"}):
    """The report of the learning protocol.

    Attributes:
        protocol: "learning".
        command: the command that wrote it.
        model: name of the model.
        sha256: of its .fbz file.
        edge: the manifest record of the edge head, see `qana.edge_learning`.
        draws: random orders of the photos.
        ridge: regularization of the retrained head.
        photos: number of photos by subset.
        seven_classes: scores by head.
        left_out: one class left out and learned, by class, lesions and head.
        phone: transfer to phone photos.
        unseen_class: a class that no layer has seen.
        forgetting: balanced accuracy before and after each update, by what is learned.
    """

    protocol: str
    command: str
    model: str
    sha256: str
    edge: dict[str, Any]
    draws: int
    ridge: float
    photos: dict[str, int]
    seven_classes: dict[str, HeadScores]
    left_out: list[LeftOutClass]
    phone: PhoneLearning
    unseen_class: UnseenClass
    forgetting: dict[str, list[MeanAndDeviation]]


def read_learning(folder: Path | None = None) -> LearningReport | None:
    """Reads the report of the learning protocol; returns None where it does not exist.

    Args:
        folder: models folder; the project's by default.

    Raises:
        ReportError: the report is damaged.
    """
    return read_report_if_present("protocols/learning.json", LearningReport, folder)
