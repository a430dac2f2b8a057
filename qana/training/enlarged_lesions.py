"""Cuts lesions out of their photos, as when a photo shows no more than the lesion.

A dermatoscope's small field, or a user's crop, enlarges a lesion until little skin is left around
it. A gate that was fitted to whole photos turns many of these away.
"""

from collections.abc import Sequence

import numpy as np

from qana.data.photo import DERMOSCOPIC, Photo
from qana.data.surrounds import crop_to_square, cut_to_circle
from qana.imaging import read_image, to_input

SHARES = (0.55, 0.95)
"""Smallest and largest side of the cut, as a share of the photo's shorter side."""
LARGEST_CIRCLE = 0.9
"""Largest diameter of a lit circle, as a share of the shorter side. A larger one is no surround."""
CIRCLES = 0.5
"""Share of the photos through a dermatoscope that keep a lit circle, on black or on white."""


def load_enlarged_inputs(photos: Sequence[Photo], size: int, seed: int) -> np.ndarray:
    """Cuts the middle out of each photo, as a square or as a lit circle.

    Args:
        photos: N photos, N >= 1.
        size: side of the network's input in pixels.
        seed: equal seeds give equal cuts.

    Returns:
        (N, size, size, 3) uint8 RGB, the cuts as the network reads them.

    Raises:
        ImageError: a photo cannot be read.
    """
    random = np.random.default_rng(seed)
    return np.stack([to_input(_cut(photo, random), size) for photo in photos])


def _cut(photo: Photo, random: np.random.Generator) -> np.ndarray:
    image, share = read_image(photo.path), random.uniform(*SHARES)
    if photo.image_type == DERMOSCOPIC and random.random() < CIRCLES:
        return cut_to_circle(image, min(share, LARGEST_CIRCLE), int(random.choice([0, 255])))
    return crop_to_square(image, share)
