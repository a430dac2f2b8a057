"""Loads photos into arrays. All of HAM10000 at training size takes about one gigabyte."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import cv2
import numpy as np

from qana.classes import LABELS
from qana.data.photo import Photo
from qana.imaging import read_image, to_input
from qana.imaging.field_of_view import crop_to_field_of_view

ImageTransform: TypeAlias = Callable[[np.ndarray], np.ndarray]
"""Takes and returns (H, W, 3) uint8 RGB."""


FRAME_TOLERANCE = 0.02
"""Largest relative difference of a photo's width that is scaled away in a frame."""


def identity(image: np.ndarray) -> np.ndarray:
    """Returns the image unchanged, as the deployed classifier does."""
    return image


def encode_labels(photos: Sequence[Photo]) -> np.ndarray:
    """Converts the diagnoses of photos to class indices.

    Args:
        photos: N photos, each of one of the seven classes.

    Returns:
        (N,) int64 indices into `qana.classes.LABELS`.

    Raises:
        DataError: a photo shows none of the seven classes.
    """
    return np.array([LABELS.index(photo.known_label) for photo in photos], dtype=np.int64)


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
    """Loads whole photos in one aspect ratio (4:3), from which augmentation crops.

    The surround of a dermatoscope's field is cropped away first, as the deployed classifier does.
    The areas outside the centre square are kept, so a rotated or shifted crop shows skin instead of
    padding. An upright photo is turned by a quarter, because a lesion has no upright orientation. A
    photo that is still too narrow is mirrored at its left and right edges, and one that is too wide
    is cropped there.

    Args:
        photos: N photos.
        height: height of the result, pixels; the width is 4/3 of it.
        transform: applied to each photo before it is resized.

    Returns:
        (N, height, width, 3) uint8 RGB.
    """
    return _load(photos, lambda image: fit_frame(crop_to_field_of_view(transform(image)), height))


def fit_frame(image: np.ndarray, height: int) -> np.ndarray:
    """Fits one photo to the frame that augmentation crops from, see `load_frames`.

    Args:
        image: (H, W, 3) uint8 RGB.
        height: height of the frame, pixels.

    Returns:
        (height, round(4/3 height), 3) uint8 RGB. Its aspect ratio is that of the photo, up to 2 %.
    """
    width = round(height * 4 / 3)
    if len(image) > image.shape[1]:
        image = np.rot90(image)
    # The photos of one archive differ in shape by a pixel or two. They are not cropped for that.
    natural = round(image.shape[1] / len(image) * height)
    if abs(natural - width) <= FRAME_TOLERANCE * width:
        natural = width
    resized = cv2.resize(image, (natural, height), interpolation=cv2.INTER_AREA)
    surplus = max(0, natural - width)
    resized = resized[:, surplus // 2 : surplus // 2 + width]
    missing = width - resized.shape[1]
    left = missing // 2
    return cv2.copyMakeBorder(resized, 0, 0, left, missing - left, cv2.BORDER_REFLECT_101)


def _load(photos: Sequence[Photo], fit: ImageTransform) -> np.ndarray:
    with ThreadPoolExecutor() as pool:
        return np.stack(list(pool.map(lambda photo: fit(read_image(photo.path)), photos)))
