"""Measures where in a photo the events are: on the lesion, around it, and on plain skin."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from qana.data.lesion_masks import read_mask
from qana.data.photo import Photo
from qana.data.plain_skin import crop_plain_skin
from qana.evaluation.estimates import estimate_mean
from qana.evaluation.source_table import Estimate
from qana.inference.classifier import AkidaClassifier
from qana.protocols.classified_photos import choose_photos, read_photo
from qana.protocols.event_places_report import EventPlaces, LayerPlaces, PlainSkin

MOST_PHOTOS = 400
"""Photos in which events inside and outside the mask are counted."""
SKIN_PHOTOS = 40
"""Photos that a corner of plain skin is cut from."""
CORNER = 56 / 225
"""Side of the corner as a share of the photo's height: 56 pixels of a photo of 300 x 225."""
SMALLEST_MAP = 8
"""Smallest height of a layer's output: below, hardly a place lies outside the lesion."""


def measure_event_places(
    classifier: AkidaClassifier,
    photos: Sequence[Photo],
    progress: Callable[[str], None],
    most: int = MOST_PHOTOS,
) -> EventPlaces | None:
    """Measures the share of activations that are events inside and outside the lesion mask.

    Args:
        classifier: the classifier.
        photos: photos of any sources; those without a lesion mask are left out.
        progress: receives one line of progress.
        most: largest number of photos for the masks.

    Returns:
        The shares, averaged over photos with places on both sides; None without such a photo.

    Raises:
        ImageError: a photo cannot be read.
    """
    masked = [photo for photo in photos if photo.mask is not None]
    chosen = choose_photos(masked, most)
    progress(f"Events inside and outside the lesion mask of {len(chosen)} photos")
    counts: dict[str, list[np.ndarray]] = {}
    totals, groups, sizes = [], [], {}
    for photo in chosen:
        mask = read_mask(photo, classifier.input_size)
        if mask.all() or not mask.any():
            continue
        outputs = classifier.classify(read_photo(photo)).outputs
        maps = {name: output for name, output in outputs.items() if len(output) >= SMALLEST_MAP}
        of_layer = {name: count_places(output, mask) for name, output in maps.items()}
        for name, output in maps.items():
            sizes[name] = len(output)
            counts.setdefault(name, []).append(of_layer[name])
        totals.append(np.sum(list(of_layer.values()), axis=0))
        groups.append(photo.group_id)
    if not totals:
        return None
    inside, outside = _average(totals, groups)
    return EventPlaces(
        inside=inside,
        outside=outside,
        layers=[LayerPlaces(name, sizes[name], *_average(counts[name], groups)) for name in counts],
        plain_skin=measure_plain_skin(classifier, masked),
    )


def count_places(output: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Counts events and activations of one layer on both sides of a mask.

    Args:
        output: (H, W, C) integers of a layer.
        mask: (S, S) bool, True on the lesion.

    Returns:
        (2, 2) int64: events and activations, first inside and then outside. A place belongs to the
        side that holds more than half of its area.
    """
    height, width, channels = output.shape
    small = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    inside = small > 0.5
    events = np.count_nonzero(output, axis=2)
    return np.array(
        [[int(events[side].sum()), int(side.sum()) * channels] for side in (inside, ~inside)],
        dtype=np.int64,
    )


def measure_plain_skin(
    classifier: AkidaClassifier, photos: Sequence[Photo], most: int = SKIN_PHOTOS
) -> PlainSkin | None:
    """Compares the events of plain skin with those of the photos it is cut from.

    A corner without a lesion is enlarged to the network's input and classified as a photo of its
    own.

    Args:
        classifier: the classifier.
        photos: photos with a lesion mask.
        most: largest number of photos.

    Returns:
        The medians; None if no photo has a free corner.
    """
    corners, wholes = [], []
    for photo in choose_photos(photos, 10 * most):
        for corner in crop_plain_skin([photo], 1, (CORNER,)):
            corners.append(classifier.classify(corner).events)
            wholes.append(classifier.classify(read_photo(photo)).events)
        if len(corners) == most:
            break
    if not corners:
        return None
    skin, whole = float(np.median(corners)), float(np.median(wholes))
    return PlainSkin(len(corners), CORNER, whole, skin, skin / whole)


def _average(counts: Sequence[np.ndarray], groups: Sequence[str]) -> tuple[Estimate, Estimate]:
    """Averages the shares of events inside and outside over photos with places on both sides."""
    table = np.stack(counts)
    kept = (table[:, :, 1] > 0).all(axis=1)
    shares = table[kept, :, 0] / table[kept, :, 1]
    lesions = np.array(groups)[kept]
    return estimate_mean(shares[:, 0], lesions), estimate_mean(shares[:, 1], lesions)
