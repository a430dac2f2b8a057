"""Compares photos by small grey copies, to recognise one and the same photo.

A copy that was saved again, scaled, turned by a quarter or mirrored is recognised. Another photo of
the same lesion is not.
"""

import cv2
import numpy as np

SIDE = 16
"""Side of a grey copy, pixels."""
LEAST_CORRELATION = 0.97
"""Correlation from which two grey copies show one photo."""


def make_print(square: np.ndarray) -> np.ndarray:
    """Makes the grey copy of a photo.

    Args:
        square: (S, S, 3) uint8 RGB, the part of the photo that the network reads.

    Returns:
        (256,) uint8.
    """
    grey = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).ravel()


def find_same_photo(own: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Finds copies of a photo.

    Args:
        own: (256,) uint8, grey copy of the photo.
        others: (N, 256) uint8, grey copies of other photos.

    Returns:
        (N,) bool, True where both show one photo, also if one of them is turned or mirrored.
    """
    image = own.reshape(SIDE, SIDE)
    turned = [np.rot90(one, quarter) for one in (image, image[:, ::-1]) for quarter in range(4)]
    correlation = _standardize(others) @ _standardize(np.stack(turned).reshape(8, -1)).T
    found: np.ndarray = correlation.max(axis=1) >= LEAST_CORRELATION
    return found


def _standardize(prints: np.ndarray) -> np.ndarray:
    """Shifts and scales each row to a mean of 0 and a length of 1."""
    centred = prints.astype(np.float32) - prints.mean(axis=1, keepdims=True, dtype=np.float32)
    return centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
