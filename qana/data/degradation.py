"""Degrades network inputs as cameras, archives and dermatoscopes do.

Training shows a share of its views in this way, so that blur, shade and a surround become signs of
neither a class nor a source.
"""

import cv2
import numpy as np

ARCHIVE_SIZE = 84
"""Side in pixels of the photos of BCN20000 in the set that this project trains on."""
SMALLEST_RADIUS, LARGEST_RADIUS = 0.5, 0.66
"""Radius of the field of a drawn surround, as a share of the side. At 0.71 nothing is covered."""


def reduce_resolution(view: np.ndarray, size: int = ARCHIVE_SIZE) -> np.ndarray:
    """Shrinks a picture and enlarges it again, so that it is blurred.

    Args:
        view: (S, S, 3) uint8 RGB.
        size: side in pixels to which it is shrunk.

    Returns:
        (S, S, 3) uint8 RGB.
    """
    shape = view.shape[1::-1]
    small = cv2.resize(view, (size, size), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, shape, interpolation=cv2.INTER_LINEAR)


def draw_surround(view: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Covers the corners of a picture with the black or white surround of a dermatoscope.

    Args:
        view: (S, S, 3) uint8 RGB.
        random: source of the size and the tone of the surround.

    Returns:
        (S, S, 3) uint8 RGB, a copy.
    """
    side = len(view)
    radius = random.uniform(SMALLEST_RADIUS, LARGEST_RADIUS) * side
    tone = random.integers(0, 30) if random.random() < 0.75 else random.integers(225, 256)
    row, column = np.ogrid[:side, :side]
    middle = (side - 1) / 2
    distance = np.hypot(row - middle, column - middle)
    cover = np.clip(distance - radius + 0.5, 0, 1)[..., None]
    return np.round(view * (1 - cover) + tone * cover).astype(np.uint8)
