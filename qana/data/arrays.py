"""Photos as arrays in memory: all of HAM10000 at training size is one gigabyte."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from qana.classes import LABELS
from qana.data.ham10000 import Photo
from qana.imaging import read_image, to_input

Change = Callable[[np.ndarray], np.ndarray]
"""(H, W, 3) uint8 to the same."""


def unchanged(image: np.ndarray) -> np.ndarray:
    """The image itself."""
    return image


def shades_of_grey(image: np.ndarray, power: float = 6.0) -> np.ndarray:
    """Takes the colour of the light out: (H, W, 3) uint8 to the same.

    Finlayson and Trezzi, "Shades of gray and colour constancy", CIC 2004: the mean of each
    channel, in the norm of that power, becomes the same.
    """
    light = np.power(np.power(image.astype(np.float64), power).mean(axis=(0, 1)), 1 / power)
    gains = np.diag(light.mean() / np.maximum(light, 1.0))
    return cv2.transform(image, gains)


def labels_of(photos: Sequence[Photo]) -> np.ndarray:
    """(N,) int64, indices into `qana.classes.LABELS`."""
    return np.array([LABELS.index(photo.label) for photo in photos], dtype=np.int64)


def load_inputs(photos: Sequence[Photo], size: int, first: Change = unchanged) -> np.ndarray:
    """(N, size, size, 3) uint8: each photo exactly as the deployed classifier reads it.

    Args:
        photos: N of them.
        size: side, pixels.
        first: what happens to a photo before; the deployed classifier changes nothing.
    """
    return _load(photos, lambda image: to_input(first(image), size))


def load_frames(photos: Sequence[Photo], height: int, first: Change = unchanged) -> np.ndarray:
    """(N, height, width, 3) uint8: whole frames in HAM10000's 4:3, for augmentation to cut from.

    The sides beyond the centre square are kept, so a turned or shifted cut shows skin and not
    padding.
    """
    shape = (round(height * 4 / 3), height)
    return _load(
        photos, lambda image: cv2.resize(first(image), shape, interpolation=cv2.INTER_AREA)
    )


def _load(photos: Sequence[Photo], fit: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    with ThreadPoolExecutor() as pool:
        return np.stack(list(pool.map(lambda photo: fit(read_image(photo.path)), photos)))
