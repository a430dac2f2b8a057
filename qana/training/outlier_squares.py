"""Loads the squares of photographs without a lesion, as a network reads them."""

from collections.abc import Sequence

import numpy as np

from qana.data.outlier_photos import OutlierPhoto
from qana.evaluation.out_of_distribution import cut_squares
from qana.imaging import read_image, to_input


def load_outlier_squares(photos: Sequence[OutlierPhoto], size: int) -> np.ndarray:
    """Loads five squares of each photograph: the centre and the four corners.

    Args:
        photos: N photographs, N >= 1.
        size: side of the result, pixels.

    Returns:
        (5 * N, size, size, 3) uint8 RGB.

    Raises:
        ImageError: a photograph cannot be read.
    """
    squares = [
        to_input(square, size) for photo in photos for square in cut_squares(read_image(photo.path))
    ]
    return np.stack(squares)
