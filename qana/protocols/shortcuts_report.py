"""Describes the section on shortcuts of the sources protocol."""

from dataclasses import dataclass

from qana.evaluation.source_table import AnswerScores, Estimate


@dataclass(frozen=True)
class ConceptResult:
    """Scores on MILK10k photos with much and with little of what MONET estimates.

    Attributes:
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
        concept: "pen", "gel" or "hair".
        little_up_to: MONET score of the lower quarter of the photos, 0 to 1.
        much_from: MONET score of the upper quarter of the photos, 0 to 1.
        little: scores on the lower quarter.
        much: scores on the upper quarter.
    """

    image_type: str
    concept: str
    little_up_to: float
    much_from: float
    little: AnswerScores
    much: AnswerScores


@dataclass(frozen=True)
class ArtefactResult:
    """How one drawn artefact changes the answers to the same photos.

    Attributes:
        source: name of the data set.
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
        artefact: one of `qana.data.drawn_artefacts.ARTEFACTS`.
        changed: share of the photos that get another class, 0 to 1.
        accuracy_before: share of correct answers without the artefact, 0 to 1.
        accuracy_after: the same with it.
    """

    source: str
    image_type: str
    artefact: str
    changed: Estimate
    accuracy_before: Estimate
    accuracy_after: Estimate


@dataclass(frozen=True)
class Shortcuts:
    """What the network makes of features that are no part of the lesion.

    Attributes:
        concepts: photos of MILK10k with much and with little of it; MONET's scores are a model's
            estimates.
        artefacts: the same photos with and without something drawn.
    """

    concepts: list[ConceptResult]
    artefacts: list[ArtefactResult]
