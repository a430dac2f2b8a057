"""Plain skin: corners of dermatoscopic photos in which the lesion's outline proves no lesion."""

from collections.abc import Iterable
from itertools import islice

import cv2
import numpy as np

from qana.data.ham10000 import Photo
from qana.imaging import read_image

SHARES = (0.6, 0.5, 0.4)
"""Sides that are tried for a crop, as shares of the photo's height, the largest first."""
MARGIN = 0.04
"""Distance kept from the outline, as a share of the height: an edge fades out beyond its line."""


def skin_crops(photos: Iterable[Photo], limit: int) -> list[np.ndarray]:
    """The largest lesion-free corner of each photo that has one.

    Args:
        photos: those without an outline are passed over.

    Returns:
        At most one (s, s, 3) uint8 RGB square a photo, s 40 to 60 % of the photo's height, and at
        most `limit` of them, from the first photos.
    """
    crops = (_largest_corner(photo) for photo in photos if photo.mask is not None)
    return list(islice((crop for crop in crops if crop is not None), limit))


def _largest_corner(photo: Photo) -> np.ndarray | None:
    image = read_image(photo.path)
    mask = cv2.imread(str(photo.mask), cv2.IMREAD_GRAYSCALE)
    height, width = image.shape[:2]
    if mask is None or mask.shape != (height, width) or not mask.any():
        return None  # no outline proves nothing
    reach = 2 * round(MARGIN * height) + 1
    lesion = cv2.dilate(mask, np.ones((reach, reach), np.uint8)) > 0
    for share in SHARES:
        side = round(share * height)
        for top in (0, height - side):
            for left in (0, width - side):
                corner = np.s_[top : top + side, left : left + side]
                if not lesion[corner].any():
                    return image[corner]
    return None
