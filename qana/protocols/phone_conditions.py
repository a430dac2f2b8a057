"""Measures what a hand-held phone costs: blur, movement, warm light and distance.

The result says from which strength on the answer is no longer worth giving, so that the camera page
can ask to hold still or to come closer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np

from qana.data.lesion_extent import estimate_lesion_extent
from qana.data.photo import DERMOSCOPIC, Photo
from qana.data.photo_conditions import (
    blur_by_motion,
    blur_out_of_focus,
    light_warmly,
    move_away,
)
from qana.evaluation.estimates import estimate_share, score_answers
from qana.evaluation.source_scores import group_by_source
from qana.imaging import assess_quality, crop_centre
from qana.inference.classifier import AkidaClassifier
from qana.protocols.classified_photos import (
    ClassifiedPhotos,
    choose_photos,
    classify_photos,
    collect,
    make_random,
    read_photo,
)
from qana.protocols.phone_conditions_report import (
    ConditionLimit,
    ConditionResult,
    ExtentCheck,
    PhoneConditions,
)

LARGEST_LOSS = 0.05
"""An answer is worth giving while the AUC of "needs a look" is at most this much below that of the
same photos as they are, averaged over the sources. It was fixed before the first measurement."""
MOST_PHOTOS = 200
"""Photos of each source that the conditions are applied to."""
MOST_MASKS = 300
"""Photos of HAM10000 on which the estimated size of the lesion is compared with the mask."""
LARGEST_EXTENT = 0.9
"""A lesion that fills more of the photo leaves no border of skin to tell it from."""
WORKING_SIZE = 128
Apply: TypeAlias = Callable[[np.ndarray, float, np.random.Generator], np.ndarray | None]
"""Takes a photo, a strength and random numbers; returns None where it does not apply."""


@dataclass(frozen=True)
class Condition:
    """One condition and the strengths that are measured.

    Attributes:
        unit: unit of the strengths, in words.
        strengths: from the weakest to the strongest.
        apply: changes a photo.
    """

    unit: str
    strengths: tuple[float, ...]
    apply: Apply


def _move_away_to(
    image: np.ndarray, share: float, random: np.random.Generator
) -> np.ndarray | None:
    """Shrinks the photo until the lesion fills a share; None if it fills less, or nearly all."""
    extent = estimate_lesion_extent(image)
    if not share <= extent <= LARGEST_EXTENT:
        return None
    return move_away(image, share / extent, random)


CONDITIONS = {
    "out of focus": Condition(
        "radius of the blur, share of the photo's shorter side",
        (0.005, 0.01, 0.02, 0.03, 0.05),
        lambda image, radius, _random: blur_out_of_focus(image, radius),
    ),
    "moved": Condition(
        "length of the movement, share of the photo's shorter side",
        (0.02, 0.04, 0.08, 0.12),
        lambda image, length, random: blur_by_motion(image, length, random.uniform(0, np.pi)),
    ),
    "warm light": Condition(
        "colour temperature without white balance, kelvin",
        (5500, 4500, 3500),
        lambda image, kelvin, _random: light_warmly(image, kelvin),
    ),
    "far away": Condition(
        "longest side of the lesion, share of the photo's shorter side",
        (0.6, 0.4, 0.2),
        _move_away_to,
    ),
}
"""Name of each condition."""


def measure_phone_conditions(
    classifier: AkidaClassifier,
    photos: Sequence[Photo],
    progress: Callable[[str], None],
    most: int = MOST_PHOTOS,
) -> PhoneConditions | None:
    """Measures the cost of each condition on close-ups and phone photos.

    The photos have a lesion of unknown size, so its size is estimated. A condition of distance is
    measured on the photos in which the lesion is at least that large.

    Args:
        classifier: the classifier.
        photos: photos of any sources; dermatoscopic ones check the estimated size alone.
        progress: receives one line of progress.
        most: largest number of photos of each source.

    Returns:
        The results; None without a close-up or phone photo that has a label.

    Raises:
        ImageError: a photo cannot be read.
    """
    clinical = [p for p in photos if p.image_type != DERMOSCOPIC and p.label is not None]
    if not clinical:
        return None
    results = []
    for (source, image_type), indices in group_by_source(clinical).items():
        chosen = choose_photos([clinical[index] for index in indices], most)
        progress(f"Phone conditions on {len(chosen)} photos: {source}, {image_type}")
        clean = classify_photos(classifier, chosen)
        for name, condition in CONDITIONS.items():
            for strength in condition.strengths:
                result = _measure(classifier, clean, name, strength)
                results += [] if result is None else [result]
    return PhoneConditions(
        results=results,
        limits=[find_limit(name, results) for name in CONDITIONS],
        largest_loss=LARGEST_LOSS,
        extent_check=check_extents([photo for photo in photos if photo.mask is not None]),
    )


def _measure(
    classifier: AkidaClassifier, clean: ClassifiedPhotos, name: str, strength: float
) -> ConditionResult | None:
    """Measures one strength; returns None where it applies to no photo."""
    images, kept = [], []
    for index, photo in enumerate(clean.photos):
        image = CONDITIONS[name].apply(read_photo(photo), strength, make_random(photo))
        if image is not None:
            images.append(image)
            kept.append(index)
    if not kept:
        return None
    before = clean.select(kept)
    after = collect(classifier, before.photos, images)
    sharp = [
        all(problem.kind != "blurred" for problem in assess_quality(image).problems)
        for image in images
    ]
    return ConditionResult(
        source=before.photos[0].source,
        image_type=before.photos[0].image_type,
        condition=name,
        strength=strength,
        clean=score_answers(before.answers),
        changed=score_answers(after.answers),
        sharp=estimate_share(np.array(sharp), before.groups),
        gate_pass=estimate_share(after.passes, before.groups),
    )


def find_limit(name: str, results: Sequence[ConditionResult]) -> ConditionLimit:
    """Finds how far a condition may go, by the rule of `LARGEST_LOSS`.

    Args:
        name: one of `CONDITIONS`.
        results: the results of all sources.

    Returns:
        The limit: the strongest strength up to which no strength loses too much.
    """
    condition = CONDITIONS[name]
    lost: list[float | None] = []
    for strength in condition.strengths:
        losses = [
            result.clean.auc.value - result.changed.auc.value
            for result in results
            if (result.condition, result.strength) == (name, strength)
            and result.clean.auc.value is not None
            and result.changed.auc.value is not None
        ]
        lost.append(float(np.mean(losses)) if losses else None)
    usable = None
    for strength, loss in zip(condition.strengths, lost, strict=True):
        if loss is None or loss > LARGEST_LOSS:
            break
        usable = strength
    return ConditionLimit(name, condition.unit, list(condition.strengths), lost, usable)


def check_extents(photos: Sequence[Photo], most: int = MOST_MASKS) -> ExtentCheck | None:
    """Compares the estimated size of lesions with their masks.

    Args:
        photos: photos with a lesion mask.
        most: largest number of photos.

    Returns:
        The errors; None without photos.
    """
    estimated, true = [], []
    for photo in choose_photos(photos, most):
        mask = cv2.imread(str(photo.mask), cv2.IMREAD_COLOR)
        if mask is None:
            continue
        rows, columns = np.nonzero(crop_centre(mask, WORKING_SIZE)[..., 0] > 127)
        if len(rows):
            true.append((max(np.ptp(rows), np.ptp(columns)) + 1) / WORKING_SIZE)
            estimated.append(estimate_lesion_extent(read_photo(photo)))
    if not true:
        return None
    errors = np.array(estimated) - np.array(true)
    return ExtentCheck(
        photos=len(errors),
        median_error=float(np.median(np.abs(errors))),
        within_a_quarter=float(np.mean(np.abs(errors) <= np.array(true) / 4)),
    )
