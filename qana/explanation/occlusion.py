"""What the answer loses where the photo is covered: a map with no gradient, from Akida alone.

Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014.
"""

from collections.abc import Callable

import cv2
import numpy as np

from qana.inference.temperature import softmax

WINDOW, STEP = 32, 16
"""Side of the cover and how far it moves, pixels of the network's input: 49 covers at 128x128."""
BATCH = 8
"""Photos for which the engine is held at once: other visitors are served between two batches."""
Logits = Callable[[np.ndarray], np.ndarray]
"""(N, S, S, 3) uint8 to (N, 7) logits, such as `AkidaClassifier.logits`."""


def compute_occlusion_map(
    logits: Logits,
    inputs: np.ndarray,
    label: int,
    temperature: float = 1.0,
    progress: Callable[[float], None] | None = None,
) -> np.ndarray:
    """How much probability a class loses by each place.

    Args:
        logits: the network.
        inputs: (S, S, 3) uint8, as the network reads it.
        label: class, an index into `qana.classes.LABELS`.
        temperature: divides the logits.
        progress: takes the share that is done, 0 to 1.

    Returns:
        (S, S) float32, at least 0: mean loss of probability over the covers of a place; a cover
        that raises the class counts as none.
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
    for start in range(0, len(corners), BATCH):
        batch = corners[start : start + BATCH]
        views = np.stack([_covered(inputs, blurred, *corner) for corner in batch])
        found = softmax(logits(views), temperature)[:, label]
        for (top, left), probability in zip(batch, found, strict=True):
            place = np.s_[top : top + WINDOW, left : left + WINDOW]
            lost[place] += whole - probability
            covers[place] += 1
        if progress:
            progress((start + len(batch)) / len(corners))
    return np.maximum(lost / covers, 0).astype(np.float32)


def blur_photo(inputs: np.ndarray) -> np.ndarray:
    """(S, S, 3) uint8 photo blurred until no lesion is left: what a removed pixel becomes.

    A grey or black patch would be an object of its own, with edges that the network sees.
    """
    return cv2.GaussianBlur(inputs, (0, 0), len(inputs) / 6)


def _covered(inputs: np.ndarray, blurred: np.ndarray, top: int, left: int) -> np.ndarray:
    view = inputs.copy()
    view[top : top + WINDOW, left : left + WINDOW] = blurred[
        top : top + WINDOW, left : left + WINDOW
    ]
    return view
