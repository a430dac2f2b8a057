"""Draws the surround of a dermatoscope's field around photos, for tests of what ignores it."""

import cv2
import numpy as np

SUBPIXEL_BITS = 4
"""Fractional bits of the circle's centre and radius."""


def make_circle(height: int, width: int, share: float) -> np.ndarray:
    """Makes the mask of a circle in the middle of a photo.

    Args:
        height: of the photo, pixels.
        width: of the photo, pixels.
        share: diameter of the circle as a share of the shorter side, above 0.

    Returns:
        (height, width) bool, True in the circle.
    """
    unit = 1 << SUBPIXEL_BITS
    centre = (round(unit * (width - 1) / 2), round(unit * (height - 1) / 2))
    radius = round(unit * share * min(height, width) / 2)
    mask = np.zeros((height, width), np.uint8)
    return cv2.circle(mask, centre, radius, 1, cv2.FILLED, shift=SUBPIXEL_BITS) > 0


def cut_to_circle(photo: np.ndarray, share: float, tone: int) -> np.ndarray:
    """Covers a photo outside a circle in its middle.

    Args:
        photo: (H, W, 3) uint8 RGB.
        share: diameter of the circle as a share of the shorter side, above 0.
        tone: grey level of the surround, 0 to 255.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    inside = make_circle(photo.shape[0], photo.shape[1], share)[..., None]
    return np.where(inside, photo, np.uint8(tone))


def crop_to_square(photo: np.ndarray, share: float) -> np.ndarray:
    """Crops the square around the circle of `cut_to_circle`.

    Args:
        photo: (H, W, 3) uint8 RGB.
        share: side of the square as a share of the shorter side, at most 1.

    Returns:
        (S, S, 3) uint8 RGB, a view.
    """
    height, width = photo.shape[:2]
    side = round(share * min(height, width))
    top, left = (height - side) // 2, (width - side) // 2
    return photo[top : top + side, left : left + side]
