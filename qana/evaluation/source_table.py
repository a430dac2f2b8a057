"""Describes scores by source of the photos, as frozen types without a heavy import."""

from dataclasses import dataclass

from qana.evaluation.scores import Interval


@dataclass(frozen=True)
class Estimate:
    """One measured value, what it rests on, and its interval.

    Attributes:
        value: the measured value; None where the photos do not define it, such as an AUC without
            a photo on one side.
        photos: number of photos that enter it.
        lesions: number of lesions that they show; for PAD-UFES-20, the number of patients.
        ci95: 95 % bootstrap interval over these lesions; None where the value is None or no
            interval was asked for.
    """

    value: float | None
    photos: int
    lesions: int
    ci95: Interval | None


@dataclass(frozen=True)
class AnswerScores:
    """The scores of a classifier's answers to one set of photos.

    Attributes:
        photos: number of photos, with those of other diagnoses.
        lesions: number of lesions (or patients) that they show.
        out_of_scope: photos of other diagnoses than the seven classes, such as squamous cell
            carcinoma. All scores leave them out.
        accuracy: share of correct answers, 0 to 1.
        balanced_accuracy: mean recall over the classes that occur, 0 to 1.
        balanced_five: mean recall over those of akiec, bcc, bkl, mel and nv that occur, 0 to 1. An
            answer df or vasc counts as wrong.
        macro_f1: mean F1 over the classes that occur, 0 to 1.
        auc: area under the ROC curve of "needs a look": the summed probability of akiec, bcc and
            mel, for lesions of these classes against the others, 0 to 1.
        melanoma_recall: share of the melanomas that get the answer melanoma, 0 to 1. The logits of
            a deployed network include its operating point.
    """

    photos: int
    lesions: int
    out_of_scope: int
    accuracy: Estimate
    balanced_accuracy: Estimate
    balanced_five: Estimate
    macro_f1: Estimate
    auc: Estimate
    melanoma_recall: Estimate


@dataclass(frozen=True)
class SourceRow:
    """The scores on the photos of one source and image type.

    Attributes:
        source: name of the data set.
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
        scores: the scores.
    """

    source: str
    image_type: str
    scores: AnswerScores


@dataclass(frozen=True)
class SourceTable:
    """The scores on all sources, and the criterion that training decisions use.

    Attributes:
        rows: one for each source and image type, in the order of `qana.data.sources.SOURCES`.
        criterion: see `qana.evaluation.source_scores.compute_criterion`.
    """

    rows: list[SourceRow]
    criterion: float
