"""Finds a lit field without a step at its border: it fades, or its skin is as pale as the surround.

Such a field is known by its surround, which is as flat as a drawn one in all corners of the photo
and has a round inner border. Light that falls off toward the corners is flat nowhere.
"""

from collections.abc import Sequence

import cv2
import numpy as np

Ellipse = tuple[Sequence[float], Sequence[float], float]
"""Centre x and y, both axes, and the angle in degrees, as OpenCV has them."""
CORNER = 4
"""Side of the corners that give the level of the surround, pixels of the working size."""
DARKEST, BRIGHTEST = 60.0, 20.0
"""Farthest that a surround may be from black or from white, grey levels."""
FLAT = 4.0
"""Farthest that the surround may be from its own level, grey levels."""
MIN_FLAT = 0.15
"""Least share of the photo that is flat surround."""
MIN_FIELD = 0.08
"""Least share of the photo inside the surround."""
MIN_SOLIDITY = 0.94
"""Least share of its convex hull that the field fills."""
MIN_POINTS = 24
"""Least number of points of the border that are away from the edge of the photo."""
MIN_ASPECT = 0.7
"""Least ratio of the axes of the ellipse through the border."""
NEAR, MIN_NEAR = 0.04, 0.9
"""How near to this ellipse, as a share of its radius, this share of the border must be."""
MIN_CONTRAST = {"dark": 30.0, "bright": 8.0}
"""Least difference between the surround and the median of the field, grey levels."""
LIT = 0.8
"""Share of the field's median level at which the light counts as full."""
RING = 0.03
"""Width of the rings whose median level is compared, as a share of the radius."""
MIN_INNER = 0.5
"""Least share of the radius that is left of a field that fades."""


def find_soft_field(picture: np.ndarray) -> tuple[str, np.ndarray] | None:
    """Finds a round field inside a flat black or white surround, whatever its border is like.

    Args:
        picture: (h, w, 3) uint8 RGB at working size.

    Returns:
        The tone, "dark" or "bright", and (h, w) uint8, 1 where the light is full; None if there is
        no such field.
    """
    if min(picture.shape[:2]) < 4 * CORNER:
        return None
    brightest, darkest = picture.max(axis=2), picture.min(axis=2)
    for tone, level, limit in (("dark", brightest, DARKEST), ("bright", 255 - darkest, BRIGHTEST)):
        surround = _measure_corners(level)
        if surround is None or surround > limit:
            continue
        ellipse = _fit_border(np.abs(level.astype(np.float32) - surround) <= FLAT)
        if ellipse is None:
            continue
        radius = _measure_radius(ellipse, level.shape)
        inner = _find_full_light(level - surround, radius, MIN_CONTRAST[tone])
        if inner is not None:
            return tone, (radius <= inner).astype(np.uint8)
    return None


def _measure_corners(level: np.ndarray) -> float | None:
    """Measures the level of the corners; None if they differ."""
    ends = (slice(None, CORNER), slice(-CORNER, None))
    levels = [float(np.median(level[rows, columns])) for rows in ends for columns in ends]
    return None if max(levels) - min(levels) > FLAT else sum(levels) / len(levels)


def _fit_border(even: np.ndarray) -> Ellipse | None:
    """Fits an ellipse to the inner border of what is even and connected to the edge."""
    _, labels = cv2.connectedComponents(np.pad(even, 1, constant_values=True).astype(np.uint8))
    flat = (labels == labels[0, 0])[1:-1, 1:-1]
    if flat.mean() < MIN_FLAT:
        return None
    # Opening takes away a scale or a text in the surround.
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    rest = cv2.morphologyEx((~flat).astype(np.uint8), cv2.MORPH_OPEN, kernel)
    contours, _ = cv2.findContours(rest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    outline = max(contours, key=cv2.contourArea)
    hull = cv2.contourArea(cv2.convexHull(outline))
    if hull < MIN_FIELD * flat.size or cv2.contourArea(outline) < MIN_SOLIDITY * hull:
        return None
    points = outline[:, 0]
    limits = np.array([flat.shape[1] - 1, flat.shape[0] - 1])
    points = points[((points > 2) & (points < limits - 2)).all(axis=1)]
    if len(points) < MIN_POINTS:
        return None
    ellipse = cv2.fitEllipse(points.astype(np.float32))
    (_, axes, _) = ellipse
    if not MIN_ASPECT * max(axes) <= min(axes) or not 8 < max(axes) < 1.6 * max(flat.shape):
        return None
    distances = _measure_radius(ellipse, flat.shape)[points[:, 1], points[:, 0]]
    return ellipse if (np.abs(distances - 1) <= NEAR).mean() >= MIN_NEAR else None


def _measure_radius(ellipse: Ellipse, shape: tuple[int, ...]) -> np.ndarray:
    """Measures how far each pixel is from the centre, 1 on the ellipse: (h, w) float64."""
    (x, y), (a, b), angle = ellipse
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    along = (columns - x) * cosine + (rows - y) * sine
    across = (rows - y) * cosine - (columns - x) * sine
    return np.hypot(along / (a / 2), across / (b / 2))


def _find_full_light(level: np.ndarray, radius: np.ndarray, least: float) -> float | None:
    """Finds the radius inside which the light is full: from outside, ring by ring."""
    contrast = float(np.median(level[radius < 1]))
    if contrast < least:
        return None
    for outer in np.arange(1, MIN_INNER, -RING):
        ring = level[(radius <= outer) & (radius > outer - RING)]
        if np.median(ring) >= LIT * contrast:
            return float(outer)
    return MIN_INNER
