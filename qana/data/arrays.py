"""Photos as arrays in memory: all of HAM10000 at training size is one gigabyte."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from qana.data.ham10000 import Photo
from qana.imaging import read_image, to_input
from qana.labels import LABELS


def labels_of(photos: Sequence[Photo]) -> np.ndarray:
    """(N,) int64, indices into `qana.labels.LABELS`."""
    return np.array([LABELS.index(photo.label) for photo in photos], dtype=np.int64)


def load_inputs(photos: Sequence[Photo], size: int) -> np.ndarray:
    """(N, size, size, 3) uint8: each photo exactly as the deployed classifier reads it."""
    return _load(photos, lambda image: to_input(image, size))


def load_frames(photos: Sequence[Photo], height: int) -> np.ndarray:
    """(N, height, width, 3) uint8: whole frames in HAM10000's 4:3, for augmentation to cut from.

    The sides beyond the centre square are kept, so a turned or shifted cut shows skin and not
    padding.
    """
    shape = (round(height * 4 / 3), height)
    return _load(photos, lambda image: cv2.resize(image, shape, interpolation=cv2.INTER_AREA))


def _load(photos: Sequence[Photo], fit: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    with ThreadPoolExecutor() as pool:
        return np.stack(list(pool.map(lambda photo: fit(read_image(photo.path)), photos)))
