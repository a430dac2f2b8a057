"""Describes the report of the paper's protocol, models/protocols/paper.json."""

from dataclasses import dataclass

from qana.data.split_overlap import TrainingOverlap
from qana.evaluation.scores import HeadlineIntervals, Scores


@dataclass(frozen=True)
class PaperSplit:
    """The paper's split; file and sha256 are None where the data are not the stored ones."""

    file: str | None
    sha256: str | None
    train: int
    test: int


@dataclass(frozen=True)
class PublishedScores:
    """What the authors of the paper publish."""

    accuracy: float
    macro_f1: float


@dataclass(frozen=True)
class ConversionCheck:
    """Photos that the conversion was checked on, and those with equal logits."""

    check_photos: int
    equal_logits: int


@dataclass(frozen=True)
class ConvertedScores(Scores):
    """Scores of a converted network on Akida.

    Attributes:
        ci95: 95 % intervals over lesions.
        conversion: the check of the conversion.
    """

    ci95: HeadlineIntervals
    conversion: ConversionCheck


@dataclass(frozen=True)
class PaperReport:
    """The report of the paper's protocol.

    Attributes:
        protocol: "paper".
        command: the command that wrote it.
        split: the paper's split.
        overlap: how much of its test images occurs in training.
        published: the scores of the authors.
        recipe: digest of the training recipe.
        test: scores on the paper's split.
        same_network_lesion: scores of the same recipe on the lesion split.
    """

    protocol: str
    command: str
    split: PaperSplit
    overlap: TrainingOverlap
    published: PublishedScores
    recipe: str
    test: ConvertedScores
    same_network_lesion: ConvertedScores
