"""Crops skin without a lesion from the corners of dermatoscopic photos."""

from collections.abc import Iterable, Sequence
from itertools import islice

import cv2
import numpy as np

from qana.data.photo import Photo
from qana.imaging import read_image

SHARES = (0.6, 0.5, 0.4)
"""Sides of the crops to try, as shares of the photo's height, the largest first."""
MARGIN = 0.04
"""Distance to keep from the lesion mask, as a share of the photo's height: a lesion can fade out
beyond its mask."""


def crop_plain_skin(
    photos: Iterable[Photo], limit: int, shares: Sequence[float] = SHARES
) -> list[np.ndarray]:
    """Crops the largest corner without a lesion from each photo that has one.

    Args:
        photos: photos of HAM10000. Those without a lesion mask are skipped.
        limit: largest number of crops.
        shares: sides of the crops to try, as shares of the photo's height, the largest first.

    Returns:
        Crops of (S, S, 3) uint8 RGB from the first photos that have one, at most one of each
        photo. By default, S is 40 to 60 % of the photo's height.
    """
    crops = (_crop_largest_corner(photo, shares) for photo in photos if photo.mask is not None)
    return list(islice((crop for crop in crops if crop is not None), limit))


def _crop_largest_corner(photo: Photo, shares: Sequence[float]) -> np.ndarray | None:
    image = read_image(photo.path)
    mask = cv2.imread(str(photo.mask), cv2.IMREAD_GRAYSCALE)
    height, width = image.shape[:2]
    if mask is None or mask.shape != (height, width) or not mask.any():
        return None  # an unusable mask does not prove that a corner is free
    reach = 2 * round(MARGIN * height) + 1
    lesion = cv2.dilate(mask, np.ones((reach, reach), np.uint8)) > 0
    for share in shares:
        side = round(share * height)
        for top in (0, height - side):
            for left in (0, width - side):
                corner = np.s_[top : top + side, left : left + side]
                if not lesion[corner].any():
                    return image[corner]
    return None
