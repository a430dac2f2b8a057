"""Augmentation for dermatoscopy: one random view of a frame, in OpenCV alone.

A lesion has no up and no left, so any rotation and mirror image is as likely as the original.
Scale and place vary with the hand that holds the dermatoscope, colour with the lamp, the skin and
the camera. Shape is kept (no shear, no squeeze): asymmetry is a diagnostic sign.
"""

import math

import cv2
import numpy as np

ZOOM = math.log(1.3)
SHIFT = 0.08
"""Of the frame's height."""
GAIN, CHANNEL_GAIN, CONTRAST, SATURATION = 0.2, 0.08, 0.2, 0.3


def augment(
    frame: np.ndarray, size: int, random: np.random.Generator, strength: float = 1.0
) -> np.ndarray:
    """One random view of a frame.

    Args:
        frame: (H, W, 3) uint8, W >= H.
        size: side of the view, pixels.
        random: where the draws come from; the same state gives the same view at any `size`, but
            for interpolation.
        strength: factor of all ranges but the turn, 0 to 2.

    Returns:
        (size, size, 3) uint8. At neutral draws it is the centre square of the frame.
    """
    return _colour(_place(frame, size, random, strength), random, strength)


def fixed_view(
    frame: np.ndarray, size: int, key: tuple[int, ...], strength: float = 1.0
) -> np.ndarray:
    """The view of a frame that `key` names, see `augment`.

    Args:
        frame: (H, W, 3) uint8, W >= H.
        size: side of the view, pixels.
        key: non-negative integers.
        strength: as in `augment`.

    Returns:
        (size, size, 3) uint8.
    """
    return augment(frame, size, np.random.default_rng(key), strength)


def _place(
    frame: np.ndarray, size: int, random: np.random.Generator, strength: float
) -> np.ndarray:
    height, width = frame.shape[:2]
    angle = random.uniform(0.0, 2 * math.pi)
    step = height / size * math.exp(strength * random.uniform(-ZOOM, ZOOM))
    mirror = 1.0 if random.random() < 0.5 else -1.0
    cos, sin = step * math.cos(angle), step * math.sin(angle)
    turn = np.array([[mirror * cos, -sin], [mirror * sin, cos]])
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    shift = strength * random.uniform(-SHIFT, SHIFT, 2) * height
    offset = centre + shift - turn @ np.full(2, (size - 1) / 2)
    return cv2.warpAffine(
        frame,
        np.column_stack([turn, offset]),
        (size, size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )


def _colour(view: np.ndarray, random: np.random.Generator, strength: float) -> np.ndarray:
    """Saturation, contrast and gain are each linear in the channels: one 3x4 map does all."""
    saturation = 1 + strength * random.uniform(-SATURATION, SATURATION)
    contrast = 1 + strength * random.uniform(-CONTRAST, CONTRAST)
    gains = 1 + strength * random.uniform(-CHANNEL_GAIN, CHANNEL_GAIN, 3)
    gains *= 1 + strength * random.uniform(-GAIN, GAIN)
    mix = saturation * np.eye(3) + (1 - saturation) / 3
    mean = view.mean()
    return cv2.transform(
        view, gains[:, None] * np.column_stack([contrast * mix, np.full(3, (1 - contrast) * mean)])
    )
