"""Computes occlusion maps: how much probability a class loses if a place of the photo is covered.

The method needs predictions only and no gradient, so it works with the Akida model itself. Source:
Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
https://doi.org/10.1007/978-3-319-10590-1_53.
"""

from collections.abc import Callable

import cv2
import numpy as np

from qana.inference.temperature import softmax

WINDOW = 32
"""Side of the covered square, in pixels of the network's input."""
STEP = 16
"""Distance of two covered squares, in pixels: 49 squares for an input of 128x128."""
BATCH_SIZE = 8
"""Photos per call of the engine. Between two calls the engine can serve other users."""
Logits = Callable[[np.ndarray], np.ndarray]
"""Maps (N, S, S, 3) uint8 to (N, 7) logits, for example `AkidaClassifier.logits`."""


def compute_occlusion_map(
    logits: Logits,
    inputs: np.ndarray,
    label: int,
    temperature: float = 1.0,
    progress: Callable[[float], None] | None = None,
) -> np.ndarray:
    """Computes how much probability a class loses if each place is covered.

    Args:
        logits: the network.
        inputs: (S, S, 3) uint8, input of the network.
        label: index into `qana.classes.LABELS`.
        temperature: the logits are divided by it before the softmax.
        progress: receives the finished share of the work, 0 to 1.

    Returns:
        (S, S) float32, 0 to 1: the mean loss of probability over all squares that cover a place,
        or 0 if the probability rises.
    """
    size = len(inputs)
    blurred = blur_photo(inputs)
    corners = [
        (top, left)
        for top in range(0, size - WINDOW + 1, STEP)
        for left in range(0, size - WINDOW + 1, STEP)
    ]
    lost, covers = np.zeros((size, size)), np.zeros((size, size))
    whole = softmax(logits(inputs[None]), temperature)[0, label]
    for start in range(0, len(corners), BATCH_SIZE):
        batch = corners[start : start + BATCH_SIZE]
        covered = np.stack([_cover_square(inputs, blurred, *corner) for corner in batch])
        found = softmax(logits(covered), temperature)[:, label]
        for (top, left), probability in zip(batch, found, strict=True):
            place = np.s_[top : top + WINDOW, left : left + WINDOW]
            lost[place] += whole - probability
            covers[place] += 1
        if progress:
            progress((start + len(batch)) / len(corners))
    return np.maximum(lost / covers, 0).astype(np.float32)


def blur_photo(inputs: np.ndarray) -> np.ndarray:
    """Blurs a photo until no lesion is visible. Covered pixels take these values.

    A grey or black square would add edges that the network reacts to.

    Args:
        inputs: (S, S, 3) uint8.

    Returns:
        (S, S, 3) uint8.
    """
    return cv2.GaussianBlur(inputs, (0, 0), len(inputs) / 6)


def _cover_square(inputs: np.ndarray, blurred: np.ndarray, top: int, left: int) -> np.ndarray:
    covered = inputs.copy()
    place = np.s_[top : top + WINDOW, left : left + WINDOW]
    covered[place] = blurred[place]
    return covered
