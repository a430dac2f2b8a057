"""Describes the report of the protocol same-lesion, models/protocols/same-lesion.json."""

from dataclasses import dataclass

from qana.evaluation.source_table import AnswerScores


@dataclass(frozen=True)
class SameLesionScores:
    """Scores of one model on the HAM10000 test photos, with and without seen lesions.

    A seen lesion has, by the stored pairs, a photo under another lesion_id outside the test subset.

    Attributes:
        sha256: of the model's .fbz file.
        all_photos: scores on all test photos.
        without_seen: scores without the photos of seen lesions.
        seen: scores on the photos of seen lesions.
    """

    sha256: str
    all_photos: AnswerScores
    without_seen: AnswerScores
    seen: AnswerScores


@dataclass(frozen=True)
class SameLesionReport:
    """The report of the protocol same-lesion.

    Attributes:
        protocol: "same-lesion".
        command: the command that wrote it.
        pairs: number of stored pairs within HAM10000.
        seen_photos: number of test photos of seen lesions.
        seen_lesions: number of their lesion_ids.
        models: name of each model to its scores.
    """

    protocol: str
    command: str
    pairs: int
    seen_photos: int
    seen_lesions: int
    models: dict[str, SameLesionScores]
