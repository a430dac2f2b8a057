"""Crops plain skin from training photos, so that a network can learn to stay silent on it."""

from collections.abc import Sequence

import numpy as np

from qana.data.arrays import fit_frame
from qana.data.photo import Photo
from qana.data.plain_skin import crop_plain_skin
from qana.errors import DataError

MOST_PHOTOS = 1000
"""Largest number of photos that plain skin is cropped from."""
SHARES = (0.5, 0.4, 56 / 225)
"""Sides of the crops to try, as shares of the photo's height."""


def load_skin_frames(photos: Sequence[Photo], height: int) -> np.ndarray:
    """Loads crops of plain skin as frames that augmentation cuts views from.

    Every second photo gives a crop with the smallest of `SHARES`, the others give the largest crop
    without a lesion. So the skin is enlarged more and less.

    Args:
        photos: training photos. Those without a lesion mask are skipped.
        height: height of the frames, pixels.

    Returns:
        (K, height, 4/3 height, 3) uint8 RGB, K >= 1.

    Raises:
        DataError: no photo has plain skin beside its lesion mask.
    """
    masked = [photo for photo in photos if photo.mask is not None][:MOST_PHOTOS]
    crops = crop_plain_skin(masked[::2], len(masked), SHARES)
    crops += crop_plain_skin(masked[1::2], len(masked), SHARES[-1:])
    if not crops:
        raise DataError(
            "No training photo has plain skin beside a lesion mask: put the masks of HAM10000 in "
            "its folder."
        )
    return np.stack([fit_frame(crop, height) for crop in crops])
