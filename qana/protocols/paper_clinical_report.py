"""Describes the report of the paper's protocol on clinical photos.

Its file is models/protocols/paper-clinical.json.
"""

from dataclasses import dataclass

from qana.data.split_overlap import TrainingOverlap
from qana.evaluation.source_table import SourceRow
from qana.protocols.paper_report import ConvertedScores, PublishedScores


@dataclass(frozen=True)
class ClinicalSplit:
    """One way to split the clinical photos, and what a network reaches on it.

    Attributes:
        train: images to learn from and for validation, with augmented copies.
        test: test images.
        test_copies: augmented copies among the test images.
        overlap: what the test images share with the training images.
        scores: scores on all test images.
        sources: the same for each source and image type.
    """

    train: int
    test: int
    test_copies: int
    overlap: TrainingOverlap
    scores: ConvertedScores
    sources: list[SourceRow]


@dataclass(frozen=True)
class PaperClinicalReport:
    """The report of the paper's protocol on smartphone and close-up photos.

    Attributes:
        protocol: "paper-clinical".
        command: the command that wrote it.
        photos: photos of each label.
        copies: augmented copies of each label.
        published: the scores of the authors on a clinical set that was never released.
        recipe: digest of the training recipe.
        paper_split: augments the classes to one size first, then splits single images.
        honest_split: splits lesions (and patients) first, then augments the training images.
    """

    protocol: str
    command: str
    photos: dict[str, int]
    copies: dict[str, int]
    published: PublishedScores
    recipe: str
    paper_split: ClinicalSplit
    honest_split: ClinicalSplit
