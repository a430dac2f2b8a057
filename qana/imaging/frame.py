"""The part of a photo that a visitor turned and cut out."""

import math
from dataclasses import dataclass

import numpy as np

LEAST_SIDE = 128
"""Pixels of the smallest square that can be cut out: what the network reads, so none is made up."""


@dataclass(frozen=True)
class Frame:
    """A square of a photo.

    Attributes:
        turns: quarter turns clockwise, before the square is cut out; whole.
        x: the square's middle as a share of the turned photo's width, 0 to 1.
        y: likewise of its height.
        share: the square's side as a share of the photo's short side, above 0 to 1.
    """

    turns: int = 0
    x: float = 0.5
    y: float = 0.5
    share: float = 1.0


WHOLE = Frame()
"""The centre square: what is classified of a photo that nobody framed."""


def least_share(photo: np.ndarray) -> float:
    """The smallest `share` of a photo, (H, W, 3): 128 pixels, or all of a photo that has fewer."""
    return min(1.0, LEAST_SIDE / min(photo.shape[:2]))


def cut(photo: np.ndarray, frame: Frame) -> np.ndarray:
    """Turns a photo and cuts the square out; what would lie outside is moved or kept inside.

    Args:
        photo: (H, W, 3) uint8 RGB.
        frame: which square.

    Returns:
        (side, side, 3) uint8 RGB, C-contiguous; for `WHOLE` the photo itself, of which the centre
        is read anyhow: cut twice, it could be a pixel beside, and the answer another.
    """
    if frame == WHOLE:
        return photo
    turned = np.rot90(photo, -frame.turns % 4)
    height, width = turned.shape[:2]
    share = min(max(frame.share, least_share(photo)), 1.0)
    side = round(share * min(height, width))
    top = min(max(math.floor(frame.y * height - side / 2), 0), height - side)
    left = min(max(math.floor(frame.x * width - side / 2), 0), width - side)
    return np.ascontiguousarray(turned[top : top + side, left : left + side])
