"""Crops pictures without a lesion as a network reads them."""

from collections.abc import Iterable, Sequence

import numpy as np

from qana.data.outlier_photos import OutlierPhoto
from qana.evaluation.out_of_distribution import cut_squares
from qana.imaging import read_image
from qana.imaging.crop import crop_input


def crop_inputs(pictures: Iterable[np.ndarray], size: int) -> tuple[np.ndarray, np.ndarray]:
    """Crops pictures to a network's input, and tells which of them have a lit field.

    Args:
        pictures: N pictures of (H, W, 3) uint8 RGB, N >= 1.
        size: side of the inputs, pixels.

    Returns:
        (N, size, size, 3) uint8 RGB, and (N,) bool, as `crop_input` gives them.
    """
    inputs, in_lit_field = zip(*(crop_input(one, size) for one in pictures), strict=True)
    return np.stack(inputs), np.array(in_lit_field)


def load_outlier_squares(
    photos: Sequence[OutlierPhoto], size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Loads five squares of each photograph: the centre and the four corners.

    Args:
        photos: N photographs, N >= 1.
        size: side of the result, pixels.

    Returns:
        (5 * N, size, size, 3) uint8 RGB, and (5 * N,) bool, which were cut from a lit field.

    Raises:
        ImageError: a photograph cannot be read.
    """
    squares = (square for photo in photos for square in cut_squares(read_image(photo.path)))
    return crop_inputs(squares, size)
