"""Draws artefacts on photos of lesions: a ruler, an ink marking, hair and black corners.

Networks for skin lesions react to such artefacts: Winkler et al., "Association between surgical
skin markings in dermoscopic images and diagnostic performance", JAMA Dermatol. 155 (2019)
1135-1141; Bissoto et al., "(De)constructing bias on skin lesion datasets", CVPR Workshops 2019.
Drawn artefacts are no real ones, but they leave everything else in the photo as it is.

Each function takes and returns (H, W, 3) uint8 RGB. Lengths are shares of the shorter side, and the
artefacts lie in the centre square, which the network reads.
"""

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np

Artefact: TypeAlias = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""Takes a photo and random numbers and returns a changed copy."""
INK = (88, 44, 140)
"""Colour of gentian violet on skin, RGB."""
HAIR = (38, 28, 24)
_FINE = 4
"""Fractional bits of the coordinates that OpenCV draws at: sixteenths of a pixel."""


def draw_ruler(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draws the ticks of a ruler along one side of the centre square."""
    turns = int(random.integers(4))
    turned = np.ascontiguousarray(np.rot90(image, turns))
    height, width = turned.shape[:2]
    side = min(height, width)
    left, base = (width - side) / 2, (height + side) / 2 - 0.05 * side
    marks = np.zeros((height, width), np.uint8)
    for number, x in enumerate(np.arange(0.05, 0.95, 0.03)):
        length = 0.09 if number % 10 == 0 else 0.065 if number % 5 == 0 else 0.04
        column = left + x * side
        ends = [(column, base), (column, base - length * side)]
        _draw_line(marks, np.array(ends), max(1, round(0.006 * side)))
    return np.ascontiguousarray(np.rot90(_blend(turned, marks, (25, 25, 25), 0.85), -turns))


def draw_ink(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draws strokes of a skin-marking pen around the centre."""
    height, width = image.shape[:2]
    side = min(height, width)
    marks = np.zeros((height, width), np.uint8)
    start = random.uniform(0, 2 * np.pi)
    for number in range(4):
        middle = start + number * np.pi / 2 + random.uniform(-0.2, 0.2)
        angles = np.linspace(middle - 0.25, middle + 0.25, 12)
        reach = side * random.uniform(0.37, 0.43) * (1 + 0.02 * random.normal(size=12))
        points = np.stack([width / 2 + reach * np.cos(angles), height / 2 + reach * np.sin(angles)])
        _draw_line(marks, points.T, max(2, round(0.025 * side)))
    return _blend(image, cv2.GaussianBlur(marks, (0, 0), 0.006 * side), INK, 0.7)


def draw_hair(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draws a dozen dark curved hairs across the centre square."""
    height, width = image.shape[:2]
    side = min(height, width)
    centre = np.array([width / 2, height / 2])
    hairs = np.zeros((height, width), np.uint8)
    share = np.linspace(0, 1, 24)[:, None]
    for _ in range(12):
        angle, length = random.uniform(0, np.pi), side * random.uniform(0.5, 0.9)
        middle = centre + side * random.uniform(-0.35, 0.35, 2)
        along = np.array([np.cos(angle), np.sin(angle)]) * length / 2
        bend = middle + side * random.uniform(-0.15, 0.15, 2)
        # A quadratic Bezier curve through both ends.
        curve = (1 - share) ** 2 * (middle - along) + 2 * share * (1 - share) * bend
        curve += share**2 * (middle + along)
        _draw_line(hairs, curve, max(1, round(side * random.uniform(0.004, 0.009))))
    return _blend(image, hairs, HAIR, 0.85)


def draw_black_corners(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Darkens what is outside a circle, as the tube of a dermatoscope does."""
    height, width = image.shape[:2]
    side = min(height, width)
    radius = side * random.uniform(0.5, 0.54)
    rows, columns = np.mgrid[:height, :width]
    distance = np.hypot(rows - (height - 1) / 2, columns - (width - 1) / 2)
    outside = np.clip((distance - radius) / (0.015 * side), 0, 1)
    return _blend(image, (255 * outside).astype(np.uint8), (8, 6, 6), 1.0)


def shift_slightly(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Shifts the photo by 1.5 % of its shorter side, for comparison: nothing is drawn."""
    height, width = image.shape[:2]
    angle, reach = random.uniform(0, 2 * np.pi), 0.015 * min(height, width)
    matrix = np.array([[1, 0, reach * np.cos(angle)], [0, 1, reach * np.sin(angle)]])
    return cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101)


ARTEFACTS: dict[str, Artefact] = {
    "shift of 1.5 %": shift_slightly,
    "ruler": draw_ruler,
    "ink marking": draw_ink,
    "hair": draw_hair,
    "black corners": draw_black_corners,
}
"""Name of each artefact to the function that draws it. The first one draws nothing: it shows how
many answers change when the photo changes by as little as a hand moves."""


def _draw_line(canvas: np.ndarray, points: np.ndarray, thickness: int) -> None:
    """Draws a smooth white line through (P, 2) points, x and y in pixels, into a uint8 canvas."""
    fine = np.round(points * 2**_FINE).astype(np.int32)
    cv2.polylines(canvas, [fine], False, 255, thickness, cv2.LINE_AA, _FINE)


def _blend(
    image: np.ndarray, cover: np.ndarray, colour: tuple[int, int, int], strength: float
) -> np.ndarray:
    """Mixes a colour in where the (H, W) uint8 cover is white."""
    share = strength * cover[..., None] / 255
    return np.round(image * (1 - share) + np.array(colour) * share).astype(np.uint8)
