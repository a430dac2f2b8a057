"""Counts the events of a converted network: on whole photos and on plain skin."""

from collections.abc import Callable, Sequence

import akida
import numpy as np

from qana.data.photo import Photo
from qana.data.plain_skin import crop_plain_skin
from qana.imaging import read_image, to_input
from qana.inference.events import LayerRecorder, count_events
from qana.protocols.classified_photos import choose_photos
from qana.protocols.event_places import CORNER, SKIN_PHOTOS
from qana.training.source_weights import select_compared

MOST_PHOTOS = 200
"""Largest number of photos for the median of the events."""


def measure_events(model: akida.Model, photos: Sequence[Photo]) -> dict[str, float | None]:
    """Counts the events as the deployed network sends them.

    Args:
        model: converted network, not mapped to a device.
        photos: photos of any sources. Those of HAM10000 are counted, if there are any.

    Returns:
        "events": the median over at most `MOST_PHOTOS` photos. "plain_skin": the median over
        corners of plain skin, divided by that over the photos of these corners; None if no photo
        has a lesion mask and a free corner.
    """
    recorder, size = LayerRecorder(model), model.input_shape[0]

    def count(image: np.ndarray) -> int:
        layers = count_events(recorder.record(to_input(image, size)))
        return sum(layer.events for layer in layers)

    compared = select_compared(photos)
    chosen = choose_photos(compared, MOST_PHOTOS)
    skin = _compare_plain_skin(count, [photo for photo in compared if photo.mask is not None])
    events = float(np.median([count(read_image(photo.path)) for photo in chosen]))
    return {"events": events, "plain_skin": skin}


def _compare_plain_skin(
    count: Callable[[np.ndarray], int], masked: Sequence[Photo]
) -> float | None:
    """Divides the median of the events of plain skin by that of its photos."""
    corners, wholes = [], []
    for photo in choose_photos(masked, 10 * SKIN_PHOTOS):
        for corner in crop_plain_skin([photo], 1, (CORNER,)):
            corners.append(count(corner))
            wholes.append(count(read_image(photo.path)))
        if len(corners) == SKIN_PHOTOS:
            break
    return float(np.median(corners) / np.median(wholes)) if corners else None
