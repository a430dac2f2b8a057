"""Measures whether a photo has colours of more than one hue."""

import cv2
import numpy as np

GRID = 12
"""Number of fields in a row and in a column whose mean colours are compared. They are large because
compression blurs colour more than lightness."""
DEGREE = 3
"""Degree of the curve that colour may follow over lightness in a photo of one hue."""
DARKEST, BRIGHTEST = 8, 250
"""Range of the largest channel that counts. A clipped pixel has lost its hue."""
MIN_FIELDS = 20
"""Least number of fields: half of their pixels must count."""
GREY_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue in the lightness, ITU-R BT.601."""
MIN_COLOUR = 1.3
"""Least difference from one hue. It was set on photos of all sources outside the test subsets. The
command `python -m qana.evaluation.measure_quality_check` prints the figures."""


def measure_colour(picture: np.ndarray, inside: np.ndarray) -> float:
    """Measures how far the colours of a picture are from those of one hue.

    In a grey, sepia or tinted picture the lightness of a pixel gives its colour. So a curve of the
    colour over lightness is fitted, and what remains is measured.

    Args:
        picture: (S, S, 3) uint8 RGB.
        inside: (S, S) bool, the pixels that count.

    Returns:
        Root mean square distance of the mean colours from the curve, grey levels. It is 0 for a
        grey picture.
    """
    largest = picture.max(axis=2)
    counted = inside & (largest > DARKEST) & (largest < BRIGHTEST)
    colours, weights = _average(picture, counted)
    kept = weights > 0.5
    if kept.sum() < MIN_FIELDS:
        colours, weights = _average(picture, inside)
        kept = weights > 0
    colours = colours[kept]
    lightness = colours @ GREY_WEIGHTS / 255
    differences = colours[:, [0, 2]] - colours[:, [1]]
    powers = np.stack([lightness**power for power in range(DEGREE + 1)], axis=1)
    curve = np.linalg.lstsq(powers.astype(np.float64), differences, rcond=None)[0]
    rest = differences - powers @ curve
    return float(np.sqrt((rest**2).sum(axis=1).mean()))


def _average(picture: np.ndarray, counted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean colours of the fields, (GRID, GRID, 3), and their share that counts."""
    weights = counted.astype(np.float32)
    size, area = (GRID, GRID), cv2.INTER_AREA
    total = cv2.resize(weights, size, interpolation=area)
    colours = cv2.resize(picture * weights[..., None], size, interpolation=area)
    return colours / np.maximum(total, 1e-6)[..., None], total
