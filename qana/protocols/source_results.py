"""Scores by source, and by skin tone, sex, age and body site."""

from collections.abc import Callable

import numpy as np

from qana.classes import MALIGNANT
from qana.data.photo import Photo
from qana.evaluation.decision_counts import DecisionCounts, count_decisions
from qana.evaluation.estimates import (
    OUT_OF_SCOPE,
    Answers,
    encode_known_labels,
    estimate_median,
    estimate_share,
    score_answers,
)
from qana.evaluation.source_scores import group_by_source
from qana.evaluation.subgroups import AGE_BANDS, UNKNOWN, name_age_band
from qana.inference.probabilities import malignant_probability
from qana.protocols.classified_photos import ClassifiedPhotos
from qana.protocols.sources_report import (
    FITZPATRICK,
    SKIN_TONE,
    GroupResult,
    SourceResult,
)

SKIN_TONES = (
    "0 (very dark)",
    "1",
    "2",
    "3",
    "4",
    "5 (very light)",
)
"""MILK10k's skin tone classes."""
ATTRIBUTES: dict[str, Callable[[Photo], str]] = {
    SKIN_TONE: lambda photo: UNKNOWN if photo.skin_tone is None else SKIN_TONES[photo.skin_tone],
    FITZPATRICK: lambda photo: str(photo.fitzpatrick or UNKNOWN),
    "sex": lambda photo: photo.sex or UNKNOWN,
    "age": lambda photo: name_age_band(photo.age),
    "site": lambda photo: photo.site.lower() or UNKNOWN,
}
"""Name of each attribute to the group that a photo belongs to."""


def score_sources(classified: ClassifiedPhotos) -> list[SourceResult]:
    """Scores each source and image type.

    Args:
        classified: photos of any sources.
    """
    results = []
    for (source, image_type), indices in group_by_source(classified.photos).items():
        part = classified.select(indices)
        results.append(
            SourceResult(
                source=source,
                image_type=image_type,
                scores=score_answers(part.answers),
                gate_pass=estimate_share(part.passes, part.groups),
                events=estimate_median(part.events, part.groups),
                look=_count_look(part.answers),
            )
        )
    return results


def _count_look(answers: Answers) -> DecisionCounts | None:
    known = answers.select(answers.labels != OUT_OF_SCOPE)
    malignant = np.array(MALIGNANT)[known.labels]
    return count_decisions(malignant, malignant_probability(known.probabilities))


def score_groups(classified: ClassifiedPhotos) -> list[GroupResult]:
    """Scores the groups of each source and image type.

    An attribute that is unknown for all photos of a source is left out. Photos without one of the
    seven labels are left out. The groups hold different classes, so compare them with care.

    Args:
        classified: photos of any sources.
    """
    known = np.flatnonzero(encode_known_labels(classified.photos) != OUT_OF_SCOPE).tolist()
    labelled = classified.select(known)
    return [
        result
        for (source, image_type), indices in group_by_source(labelled.photos).items()
        for attribute in ATTRIBUTES
        for result in _score_attribute(source, image_type, attribute, labelled.select(indices))
    ]


def _score_attribute(
    source: str, image_type: str, attribute: str, part: ClassifiedPhotos
) -> list[GroupResult]:
    names = np.array([ATTRIBUTES[attribute](photo) for photo in part.photos])
    if set(names) == {UNKNOWN}:
        return []
    results = []
    for name in sorted(set(names.tolist()), key=_rank_group):
        scores = score_answers(part.answers.select(names == name))
        results.append(
            GroupResult(
                source=source,
                image_type=image_type,
                attribute=attribute,
                group=name,
                photos=scores.photos,
                lesions=scores.lesions,
                accuracy=scores.accuracy,
                balanced_five=scores.balanced_five,
                auc=scores.auc,
            )
        )
    return results


def _rank_group(name: str) -> tuple[bool, int, str]:
    """Sorts ages from young to old, other groups by name, and unknown last."""
    return name == UNKNOWN, AGE_BANDS.get(name, 0), name
