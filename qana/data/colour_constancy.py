"""Removes the colour of the light from photos.

The deployed networks do not use it; the ablation study of the training recipe compares it.
"""

import cv2
import numpy as np


def apply_shades_of_grey(image: np.ndarray, power: float = 6.0) -> np.ndarray:
    """Scales the channels so that their means are equal, by the Shades of Grey method.

    The mean is the Minkowski norm (Finlayson and Trezzi, "Shades of gray and colour constancy",
    Color and Imaging Conference 2004).

    Args:
        image: (H, W, 3) uint8 RGB.
        power: order of the norm, at least 1; 6 is the value that the paper recommends.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    light = np.power(np.power(image.astype(np.float64), power).mean(axis=(0, 1)), 1 / power)
    gains = np.diag(light.mean() / np.maximum(light, 1.0))
    return cv2.transform(image, gains)
