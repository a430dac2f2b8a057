"""Measures whether a photo has colours of more than one hue."""

import math
from dataclasses import dataclass

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
MOST = 0.6
"""Share of the fields that decide whether a photo with a few coloured marks, such as a date or a
sticker, is grey otherwise."""
ROUNDS = 6
"""Number of times that the fields nearest to the curve are chosen again."""
MIN_COLOUR = 1.3
"""Least distance of all fields from one hue, grey levels. It was set on photos of all sources
outside the test subsets. The command `python -m qana.evaluation.measure_quality_check` prints the
figures."""
MIN_COLOUR_OF_MOST = 0.4
"""The same for the `MOST` fields that are nearest to one hue."""


@dataclass(frozen=True)
class Colour:
    """How far the colours of a picture are from those of one hue.

    Attributes:
        whole: root mean square distance of the colours of all fields, grey levels. It is 0 for a
            grey picture.
        most: the same for the `MOST` fields that are nearest to one hue.
    """

    whole: float
    most: float

    @property
    def is_missing(self) -> bool:
        """Whether the picture is grey, sepia or tinted, apart from a few marks."""
        return self.whole < MIN_COLOUR or self.most < MIN_COLOUR_OF_MOST


def measure_colour(picture: np.ndarray, inside: np.ndarray) -> Colour:
    """Measures how far the colours of a picture are from those of one hue.

    In a grey, sepia or tinted picture the lightness of a pixel gives its colour. So a curve of the
    colour over lightness is fitted, and what remains is measured.

    Args:
        picture: (S, S, 3) uint8 RGB.
        inside: (S, S) bool, the pixels that count.

    Returns:
        The distances from the curves that fit all fields and most fields.
    """
    largest = picture.max(axis=2)
    counted = inside & (largest > DARKEST) & (largest < BRIGHTEST)
    colours, weights = _average(picture, counted)
    kept = weights > 0.5
    if kept.sum() < MIN_FIELDS:
        colours, weights = _average(picture, inside)
        kept = weights > 0
    rows, columns = np.mgrid[-1 : 1 : GRID * 1j, -1 : 1 : GRID * 1j]
    colours = colours[kept].astype(np.float64)
    lightness = colours @ GREY_WEIGHTS / 255
    differences = colours[:, [0, 2]] - colours[:, [1]]
    curve = np.stack([lightness**power for power in range(DEGREE + 1)], axis=1)
    # The light of most fields may change its colour slightly from one side to the other.
    slope = np.stack([rows[kept], columns[kept]], axis=1) * lightness[:, None]
    return Colour(
        _take_root_mean(_fit(curve, differences, np.ones(len(colours), bool))),
        _measure_most(np.concatenate([curve, slope], axis=1), differences),
    )


def _measure_most(terms: np.ndarray, differences: np.ndarray) -> float:
    """Measures the distance from the curve through most fields.

    The curve is found by least trimmed squares (Rousseeuw and Van Driessen, "Computing LTS
    regression for large data sets", 2006), from all fields and from those of the most common
    colour.
    """
    count = math.ceil(MOST * len(terms))
    middle = np.quantile(differences, 0.5, axis=0)  # np.median would load numpy.ma
    from_median = np.linalg.norm(differences - middle, axis=1)
    found = []
    for start in (np.zeros(len(terms)), from_median):
        distances = start
        for _ in range(ROUNDS):
            nearest = distances <= np.partition(distances, count - 1)[count - 1]
            distances = _fit(terms, differences, nearest)
        found.append(_take_root_mean(np.sort(distances)[:count]))
    return min(found)


def _fit(terms: np.ndarray, differences: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Fits the chosen fields, and returns the distance of each field from the fit."""
    solution = np.linalg.lstsq(terms[chosen], differences[chosen], rcond=None)[0]
    return np.linalg.norm(differences - terms @ solution, axis=1)


def _take_root_mean(distances: np.ndarray) -> float:
    return float(np.sqrt((distances**2).mean()))


def _average(picture: np.ndarray, counted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean colours of the fields, (GRID, GRID, 3), and their share that counts."""
    weights = counted.astype(np.float32)
    size, area = (GRID, GRID), cv2.INTER_AREA
    total = cv2.resize(weights, size, interpolation=area)
    colours = cv2.resize(picture * weights[..., None], size, interpolation=area)
    return colours / np.maximum(total, 1e-6)[..., None], total
