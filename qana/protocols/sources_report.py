"""Describes the report of the sources protocol, models/protocols/sources.json."""

from dataclasses import dataclass

from qana.evaluation.decision_counts import DecisionCounts
from qana.evaluation.source_table import AnswerScores, Estimate, SourceRow
from qana.inference.manifest import DEFAULT_MODEL
from qana.protocols.event_places_report import EventPlaces
from qana.protocols.phone_conditions_report import PhoneConditions
from qana.protocols.shortcuts_report import Shortcuts

TEST, VALIDATION = "test", "validation"
SKIN_TONE, FITZPATRICK = "skin tone", "Fitzpatrick type"
"""Attributes of a group that describe the colour of the skin."""


@dataclass(frozen=True)
class SourceResult:
    """What the network gives on one source and image type.

    Attributes:
        source: name of the data set.
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
        scores: the scores.
        gate_pass: share of the photos that pass the not-a-lesion gate, 0 to 1. Photos of other
            diagnoses count too, because they show lesions.
        events: median number of events of a photo.
        look: the decisions of "needs a look" at every threshold. None if all photos are on one
            side, or if the report is of an earlier version.
    """

    source: str
    image_type: str
    scores: AnswerScores
    gate_pass: Estimate
    events: Estimate
    look: DecisionCounts | None = None


@dataclass(frozen=True)
class GroupResult:
    """Scores on one group of the photos of a source and image type, however few they are.

    Attributes:
        source: name of the data set.
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
        attribute: "skin tone", "Fitzpatrick type", "sex", "age" or "site".
        group: name of the group.
        photos: number of photos with one of the seven labels.
        lesions: number of lesions (or patients) that they show.
        accuracy: share of correct answers, 0 to 1.
        balanced_five: mean recall over those of akiec, bcc, bkl, mel and nv that occur, 0 to 1.
        auc: AUC of "needs a look", 0 to 1.
    """

    source: str
    image_type: str
    attribute: str
    group: str
    photos: int
    lesions: int
    accuracy: Estimate
    balanced_five: Estimate
    auc: Estimate


@dataclass(frozen=True)
class LeftOutSource:
    """A network that was trained without a source, on the photos of that source.

    Attributes:
        source: the source that it never saw.
        file: name of the network's file.
        sha256: of this file.
        rows: scores for each image type of the source.
    """

    source: str
    file: str
    sha256: str
    rows: list[SourceRow]


@dataclass(frozen=True)
class SourcesReport:
    """The report of the sources protocol.

    Attributes:
        protocol: "sources".
        command: the command that wrote it.
        model: name of the model.
        sha256: of its .fbz file.
        subset: "test" or "validation".
        criterion: see `qana.evaluation.source_scores.compute_criterion`.
        sources: results by source and image type.
        groups: results by skin tone, sex, age and site.
        shortcuts: what the network makes of features that are no part of the lesion.
        phone: what a hand-held phone costs; None without photos of a phone or camera.
        events: where the events are; None without photos that have a lesion mask.
        left_out: networks that were trained without a source.
    """

    protocol: str
    command: str
    model: str
    sha256: str
    subset: str
    criterion: float
    sources: list[SourceResult]
    groups: list[GroupResult]
    shortcuts: Shortcuts
    phone: PhoneConditions | None
    events: EventPlaces | None
    left_out: list[LeftOutSource]


def name_report(model: str = DEFAULT_MODEL, subset: str = TEST) -> str:
    """Names the file of a report inside the models folder.

    The report of the default model on test is protocols/sources.json.

    Args:
        model: name of the model.
        subset: "test" or "validation".
    """
    parts = ["sources"]
    parts += [] if model == DEFAULT_MODEL else [model]
    parts += [] if subset == TEST else [subset]
    return f"protocols/{'-'.join(parts)}.json"
