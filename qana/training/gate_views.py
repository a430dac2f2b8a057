"""Makes views of photos for the gate: enlarged, and cut to a lit circle."""

import random
from collections.abc import Iterable, Iterator

import numpy as np

from qana.data.photo import DERMOSCOPIC, Photo
from qana.data.surrounds import crop_to_square, cut_to_circle
from qana.imaging import read_image

ENLARGED_SHARES = (0.55, 0.85)
"""Smallest and largest side of an enlarged view, as a share of the photo's shorter side."""
CIRCLE_SHARES = (0.6, 0.7, 0.8)
"""Diameters of the lit circles, as shares of the photo's shorter side."""
TONES = (0, 255)
"""Grey levels of the surround."""
SEED = 1


def make_views(photos: Iterable[Photo]) -> Iterator[np.ndarray]:
    """Enlarges photos, and cuts half of those through a dermatoscope to a lit circle instead.

    Args:
        photos: the photos.

    Yields:
        One view of each photo, (H, W, 3) uint8 RGB.

    Raises:
        ImageError: a photo cannot be read.
    """
    rng = random.Random(SEED)
    for photo in photos:
        image = read_image(photo.path)
        if photo.image_type == DERMOSCOPIC and rng.random() < 0.5:
            yield cut_to_circle(image, rng.choice(CIRCLE_SHARES), rng.choice(TONES))
        else:
            yield crop_to_square(image, rng.uniform(*ENLARGED_SHARES))


def cut_to_circles(images: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Covers each photo outside a circle in its middle, in black or in white.

    Args:
        images: photos of (H, W, 3) uint8 RGB.

    Yields:
        (H, W, 3) uint8 RGB.
    """
    rng = random.Random(SEED)
    return (cut_to_circle(one, rng.choice(CIRCLE_SHARES), rng.choice(TONES)) for one in images)
