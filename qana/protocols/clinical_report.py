"""Describes the report of the clinical protocol, models/protocols/clinical.json."""

from dataclasses import dataclass

from qana.evaluation.scores import Evaluation, HeadlineIntervals, Scores


@dataclass(frozen=True)
class FineTunedScores(Scores):
    """Cross-validated scores of fine-tuned networks on Akida.

    Attributes:
        folds: number of folds.
        ci95: 95 % intervals over patients.
    """

    folds: int
    ci95: HeadlineIntervals


@dataclass(frozen=True)
class QualityCount:
    """How many of the photos pass the quality check."""

    passed: int
    photos: int


@dataclass(frozen=True)
class ClinicalReport:
    """The report of the clinical protocol, on phone photos.

    Attributes:
        protocol: "clinical".
        command: the command that wrote it.
        attribution: of the data.
        model: name of the model.
        sha256: of its .fbz file.
        photos: number of photos.
        patients: number of patients.
        diagnoses: photos of each diagnosis of the data set.
        zero_shot: evaluation of the deployed model.
        zero_shot_with_scc: the same with squamous cell carcinoma counted as akiec.
        fine_tuned: scores after fine-tuning; None where not measured.
        quality: how many photos pass the quality check.
        skin_types: photos of each Fitzpatrick type.
    """

    protocol: str
    command: str
    attribution: str
    model: str
    sha256: str
    photos: int
    patients: int
    diagnoses: dict[str, int]
    zero_shot: Evaluation
    zero_shot_with_scc: Evaluation
    fine_tuned: FineTunedScores | None
    quality: QualityCount
    skin_types: dict[str, int]
