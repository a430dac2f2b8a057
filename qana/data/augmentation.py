"""Augments dermatoscopic photos: makes random views with OpenCV.

A lesion has no upright orientation, so every rotation and mirror image is as likely as the
original. Scale and position vary with the hand that holds the dermatoscope; colour varies with the
lamp, the skin and the camera. The aspect ratio and the angles are kept, because asymmetry is a
diagnostic sign.
"""

import math

import cv2
import numpy as np

ZOOM = math.log(1.3)
"""Largest change of scale, as a natural logarithm."""
SHIFT = 0.08
"""Largest shift, as a share of the frame's height."""
GAIN, CHANNEL_GAIN, CONTRAST, SATURATION = 0.2, 0.08, 0.2, 0.3
"""Largest relative changes of colour; `CHANNEL_GAIN` is drawn for each channel."""


def augment(
    frame: np.ndarray, size: int, random: np.random.Generator, strength: float = 1.0
) -> np.ndarray:
    """Makes one random view of a photo.

    Args:
        frame: (H, W, 3) uint8 RGB, the whole photo, W >= H.
        size: side of the view, pixels.
        random: source of the random numbers. The same state gives the same view at any `size`,
            apart from interpolation.
        strength: factor of all ranges except the rotation, 0 to 2.

    Returns:
        (size, size, 3) uint8 RGB. With every number in the middle of its range, it is the centre
        square of the photo.
    """
    return _change_colour(_warp(frame, size, random, strength), random, strength)


def make_fixed_view(
    frame: np.ndarray, size: int, key: tuple[int, ...], strength: float = 1.0
) -> np.ndarray:
    """Makes a random view that can be repeated, see `augment`.

    Args:
        frame: (H, W, 3) uint8 RGB, the whole photo, W >= H.
        size: side of the view, pixels.
        key: non-negative integers that seed the random numbers. The same key gives the same view.
        strength: factor of all ranges except the rotation, 0 to 2.

    Returns:
        (size, size, 3) uint8 RGB.
    """
    return augment(frame, size, np.random.default_rng(key), strength)


def _warp(frame: np.ndarray, size: int, random: np.random.Generator, strength: float) -> np.ndarray:
    """Rotates, mirrors, scales and shifts."""
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


def _change_colour(view: np.ndarray, random: np.random.Generator, strength: float) -> np.ndarray:
    """Changes saturation, contrast and gain, which are linear, by one 3 x 4 matrix."""
    saturation = 1 + strength * random.uniform(-SATURATION, SATURATION)
    contrast = 1 + strength * random.uniform(-CONTRAST, CONTRAST)
    gains = 1 + strength * random.uniform(-CHANNEL_GAIN, CHANNEL_GAIN, 3)
    gains *= 1 + strength * random.uniform(-GAIN, GAIN)
    mix = saturation * np.eye(3) + (1 - saturation) / 3
    mean = view.mean()
    return cv2.transform(
        view, gains[:, None] * np.column_stack([contrast * mix, np.full(3, (1 - contrast) * mean)])
    )
