"""Describes the section on phone conditions of the sources protocol."""

from dataclasses import dataclass

from qana.evaluation.source_table import AnswerScores, Estimate


@dataclass(frozen=True)
class ConditionResult:
    """Scores under one condition, and on the same photos as they are.

    Attributes:
        source: name of the data set.
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
        condition: one of `qana.protocols.phone_conditions.CONDITIONS`.
        strength: of the condition, in its own unit.
        clean: scores on the photos as they are.
        changed: scores on the changed photos.
        sharp: share of the changed photos in which the quality check finds no blur, 0 to 1.
        gate_pass: share of the changed photos that pass the gate, 0 to 1.
    """

    source: str
    image_type: str
    condition: str
    strength: float
    clean: AnswerScores
    changed: AnswerScores
    sharp: Estimate
    gate_pass: Estimate


@dataclass(frozen=True)
class ConditionLimit:
    """How far a condition may go before the answer stops being worth giving.

    Attributes:
        condition: one of `qana.protocols.phone_conditions.CONDITIONS`.
        unit: unit of the strengths, in words.
        strengths: the strengths that were measured, from the weakest to the strongest.
        auc_lost: AUC that each of them costs, averaged over the sources; None where no source
            defines it.
        usable_up_to: the strongest of them at which the answer is worth giving; None where it is
            not at any.
    """

    condition: str
    unit: str
    strengths: list[float]
    auc_lost: list[float | None]
    usable_up_to: float | None


@dataclass(frozen=True)
class ExtentCheck:
    """How well the size of a lesion is estimated, against the masks of HAM10000.

    Attributes:
        photos: number of photos compared.
        median_error: median difference, as a share of the photo's shorter side.
        within_a_quarter: share of the estimates that are within 25 % of the true size, 0 to 1.
    """

    photos: int
    median_error: float
    within_a_quarter: float


@dataclass(frozen=True)
class PhoneConditions:
    """What a hand-held phone costs.

    Attributes:
        results: for each source, condition and strength.
        limits: for each condition.
        largest_loss: AUC that a condition may cost; the rule of `limits`.
        extent_check: how well the size of a lesion is estimated; None without lesion masks.
    """

    results: list[ConditionResult]
    limits: list[ConditionLimit]
    largest_loss: float
    extent_check: ExtentCheck | None
