"""Describes the report of the lesion protocol, models/protocols/lesion.json."""

from dataclasses import dataclass

from qana.evaluation.scores import (
    Evaluation,
    GroupScores,
    Interval,
    ReliabilityBin,
    RocCurve,
    StageScores,
    ThresholdScores,
)


@dataclass(frozen=True)
class SubsetCounts:
    """What one subset of the split holds.

    Attributes:
        photos: number of photos.
        lesions: number of lesions.
        classes: photos of each label.
    """

    photos: int
    lesions: int
    classes: dict[str, int]


@dataclass(frozen=True)
class SplitOverlap:
    """What occurs in more than one subset.

    Attributes:
        lesions: number of lesions.
        identical_images: number of byte-identical images.
    """

    lesions: int
    identical_images: int


@dataclass(frozen=True)
class LesionSplit:
    """The split by lesion.

    Attributes:
        file: name of the stored split; None where the data are not those of the stored split.
        sha256: of that file, or None.
        subsets: train, validation and test.
        overlap: what occurs in more than one subset.
        excluded: photos that are in no subset, because they show a lesion of a later one under
            another lesion_id.
    """

    file: str | None
    sha256: str | None
    subsets: dict[str, SubsetCounts]
    overlap: SplitOverlap
    excluded: int = 0


@dataclass(frozen=True)
class ClassIntervals:
    """95 % intervals of one class over lesions; None where the score is None."""

    precision: Interval | None
    recall: Interval | None


@dataclass(frozen=True)
class Reliability:
    """The data of a reliability diagram.

    Attributes:
        ece: expected calibration error, 0 to 1.
        bins: its bins that hold a photo.
    """

    ece: float
    bins: list[ReliabilityBin]


@dataclass(frozen=True)
class Calibration:
    """Calibration on the test lesions, before and after temperature scaling.

    Attributes:
        temperature: the divisor of the logits, fitted on validation.
        before: with the logits as they are.
        after: with the logits divided by the temperature.
    """

    temperature: float
    before: Reliability
    after: Reliability


@dataclass(frozen=True)
class ReferralReport:
    """How well the summed probability of three classes finds what needs a professional look.

    Attributes:
        classes: the labels that need a professional look.
        target_sensitivity: sensitivity that the threshold must reach on validation.
        threshold: of the summed probability, chosen on validation.
        validation: scores at the threshold.
        test: scores at the threshold.
        roc: on test; None where all photos are on one side.
    """

    classes: list[str]
    target_sensitivity: float
    threshold: float
    validation: ThresholdScores
    test: ThresholdScores
    roc: RocCurve | None


@dataclass(frozen=True)
class LesionReport:
    """The report of the lesion protocol.

    Attributes:
        protocol: "lesion".
        command: the command that wrote it.
        model: name of the model.
        sha256: of its .fbz file.
        split: the split of the data.
        test: evaluation on the test lesions.
        validation: evaluation on the validation lesions.
        per_class_ci95: intervals of each label's precision and recall on test.
        calibration: on test.
        roc: the curve of each label on test; None where all photos are on one side.
        malignant: what the summed probability of the malignant classes is worth.
        subgroups: scores by sex, age, site and confirmation on test.
        skin_tone: "not assessed", because HAM10000 does not record it. The report of the sources
            protocol has scores by skin tone.
        stages: scores on test by stage, from float to akida.
    """

    protocol: str
    command: str
    model: str
    sha256: str
    split: LesionSplit
    test: Evaluation
    validation: Evaluation
    per_class_ci95: dict[str, ClassIntervals]
    calibration: Calibration
    roc: dict[str, RocCurve | None]
    malignant: ReferralReport
    subgroups: dict[str, list[GroupScores]]
    skin_tone: str
    stages: dict[str, StageScores]
