"""Loads photos into arrays. All of HAM10000 at training size takes about one gigabyte."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import cv2
import numpy as np

from qana.classes import LABELS
from qana.data.ham10000 import Photo
from qana.imaging import read_image, to_input

ImageTransform: TypeAlias = Callable[[np.ndarray], np.ndarray]
"""Takes and returns (H, W, 3) uint8 RGB."""


def identity(image: np.ndarray) -> np.ndarray:
    """Returns the image unchanged, as the deployed classifier does."""
    return image


def encode_labels(photos: Sequence[Photo]) -> np.ndarray:
    """Converts the diagnoses of photos to class indices.

    Args:
        photos: N photos.

    Returns:
        (N,) int64 indices into `qana.classes.LABELS`.
    """
    return np.array([LABELS.index(photo.label) for photo in photos], dtype=np.int64)


def load_inputs(
    photos: Sequence[Photo], size: int, transform: ImageTransform = identity
) -> np.ndarray:
    """Loads photos as network inputs, cropped exactly as the deployed classifier crops them.

    Args:
        photos: N photos.
        size: side of the inputs, pixels.
        transform: applied to each photo before it is cropped.

    Returns:
        (N, size, size, 3) uint8 RGB.
    """
    return _load(photos, lambda image: to_input(transform(image), size))


def load_frames(
    photos: Sequence[Photo], height: int, transform: ImageTransform = identity
) -> np.ndarray:
    """Loads whole photos in the aspect ratio of HAM10000 (4:3), from which augmentation crops.

    The areas outside the centre square are kept, so a rotated or shifted crop shows skin instead of
    padding.

    Args:
        photos: N photos.
        height: height of the result, pixels; the width is 4/3 of it.
        transform: applied to each photo before it is resized.

    Returns:
        (N, height, width, 3) uint8 RGB.
    """
    shape = (round(height * 4 / 3), height)
    return _load(
        photos, lambda image: cv2.resize(transform(image), shape, interpolation=cv2.INTER_AREA)
    )


def _load(photos: Sequence[Photo], fit: ImageTransform) -> np.ndarray:
    with ThreadPoolExecutor() as pool:
        return np.stack(list(pool.map(lambda photo: fit(read_image(photo.path)), photos)))
