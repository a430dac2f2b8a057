"""Checks that an array is a photo before anything is computed from it."""

from typing import Any

import numpy as np

from qana.errors import ImageError

EXPECTED = "give an (H, W, 3) uint8 array of RGB values from 0 to 255, as qana.read_image returns."
"""The one form of a photo that functions take."""


def check_photo_array(photo: Any) -> np.ndarray:
    """Checks the type and the shape of a photo that somebody passes from Python.

    Args:
        photo: any value.

    Returns:
        The same array.

    Raises:
        ImageError: it is no (H, W, 3) uint8 array with pixels. The message says what it is and
            what is expected.

    Example:
        >>> check_photo_array(np.zeros((450, 600, 3), np.uint8)).shape
        (450, 600, 3)
    """
    if not isinstance(photo, np.ndarray):
        raise ImageError(
            f"This is no photo but a value of the type {_name_type(photo)}: {EXPECTED}"
        )
    if photo.dtype != np.uint8:
        raise ImageError(f"This photo is an array of {photo.dtype}: {EXPECTED}")
    if photo.shape[2:] != (3,) or not photo.size:
        raise ImageError(f"This photo is an array with the shape {photo.shape}: {EXPECTED}")
    return photo


def _name_type(value: Any) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
