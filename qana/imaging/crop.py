"""Crops the square of a photo that is classified."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from qana.imaging.field_of_view import FieldOfView, cover_surround, find_field_of_view

CROP_SHARE = 0.935
"""Share of the centre square's side that the network reads; timm calls it `crop_pct`.

Training zooms at random around the whole square. A network does best when objects appear slightly
larger than in training (Touvron et al., "Fixing the train-test resolution discrepancy", NeurIPS
2019). The value was chosen on the validation subset.
"""
MIN_CROP_SIDE = 128
"""Smallest side of a user's crop, pixels. The network reads 128 pixels, so none is interpolated."""


@dataclass(frozen=True)
class CropBox:
    """A square that the user chose in a photo.

    Attributes:
        turns: number of clockwise quarter turns of the photo before it is cropped.
        x: centre of the square as a share of the turned photo's width, 0 to 1.
        y: centre of the square as a share of the turned photo's height, 0 to 1.
        share: side of the square as a share of the photo's shorter side, above 0 and at most 1.
    """

    turns: int = 0
    x: float = 0.5
    y: float = 0.5
    share: float = 1.0


CENTRE_SQUARE = CropBox()
"""The whole centre square: the default when the user chooses no other."""


def to_input(image: np.ndarray, size: int) -> np.ndarray:
    """Crops a photo to the network's input.

    Every caller uses this function or `crop_input`, so a photo gives the same input in evaluation
    and in the app. Whoever asks the gate needs `crop_input`, which also tells whether there is a
    lit field. The even surround of a dermatoscope's field goes first. The crop keeps the centre,
    where a dermatoscope puts the lesion. It never changes the aspect ratio, because asymmetry is a
    diagnostic sign.

    Args:
        image: (H, W, 3) uint8 RGB, 0 to 255.
        size: side of the result, pixels.

    Returns:
        (size, size, 3) uint8 RGB.

    Example:
        >>> to_input(read_image("lesion.jpg"), 128).shape
        (128, 128, 3)
    """
    return crop_input(image, size)[0]


def crop_input(image: np.ndarray, size: int) -> tuple[np.ndarray, bool]:
    """Crops a photo as `to_input` does, and tells whether it has a lit field.

    Args:
        image: (H, W, 3) uint8 RGB, 0 to 255.
        size: side of the result, pixels.

    Returns:
        (size, size, 3) uint8 RGB, and whether it was cut from the lit field of a dermatoscope,
        because there was much surround.
    """
    return crop_field(image, find_field_of_view(image), size)


def crop_field(image: np.ndarray, field: FieldOfView | None, size: int) -> tuple[np.ndarray, bool]:
    """Crops a photo as `crop_input` does, for a caller that has searched for the field itself.

    Args:
        image: (H, W, 3) uint8 RGB, 0 to 255.
        field: of `find_field_of_view`.
        size: side of the result, pixels.
    """
    if field is None or not field.cropped:
        return crop_centre(image, size, CROP_SHARE), False
    return crop_centre(cover_surround(image, field), size, CROP_SHARE), True


def crop_centre(image: np.ndarray, size: int, share: float = 1.0) -> np.ndarray:
    """Crops the centre square of a photo and resizes it.

    Args:
        image: (H, W, 3) uint8 RGB.
        size: side of the result, pixels.
        share: share of the square's side to keep, above 0 and at most 1.

    Returns:
        (size, size, 3) uint8 RGB, averaged over areas where it shrinks, else interpolated.
    """
    height, width = image.shape[:2]
    side = max(1, round(share * min(height, width)))
    top, left = (height - side) // 2, (width - side) // 2
    square = image[top : top + side, left : left + side]
    interpolation = cv2.INTER_AREA if side >= size else cv2.INTER_LINEAR
    return cv2.resize(square, (size, size), interpolation=interpolation)


def find_min_share(photo: np.ndarray) -> float:
    """Finds the smallest `CropBox.share` that a photo allows.

    Args:
        photo: (H, W, 3) uint8 RGB.

    Returns:
        The share of 128 pixels, at most 1: a smaller photo cannot be cropped further.
    """
    return min(1.0, MIN_CROP_SIDE / min(photo.shape[:2]))


def crop_to_box(photo: np.ndarray, box: CropBox) -> np.ndarray:
    """Turns a photo and crops the square that the user chose.

    A square that reaches over the edge is moved inside the photo.

    Args:
        photo: (H, W, 3) uint8 RGB.
        box: the square.

    Returns:
        (side, side, 3) uint8 RGB, C-contiguous. For `CENTRE_SQUARE` it is the photo itself:
        classification crops the centre anyway, and cropping twice could shift it by a pixel.
    """
    if box == CENTRE_SQUARE:
        return photo
    turned = np.rot90(photo, -box.turns % 4)
    height, width = turned.shape[:2]
    share = min(max(box.share, find_min_share(photo)), 1.0)
    side = round(share * min(height, width))
    top = min(max(math.floor(box.y * height - side / 2), 0), height - side)
    left = min(max(math.floor(box.x * width - side / 2), 0), width - side)
    return np.ascontiguousarray(turned[top : top + side, left : left + side])
