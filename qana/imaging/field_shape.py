"""Fits a shape to the lit field of a photo, and measures how sharp the border of the field is."""

import cv2
import numpy as np

STEP = 0.5
"""Least step at the border, as a share of the local contrast."""
MIN_STEP = 16.0
"""Local contrast that is assumed at least, grey levels."""
DEPTH = 2.5
"""Distance inside the border at which the local contrast is measured, in units of the reach."""

NEAR, MIN_NEAR = 1.5, 0.7
"""How near to a bitten circle, working pixels, this share of the border must be."""
MAX_EXTRA = 0.02
"""Largest share of a bitten circle's area by which the hull may reach over it."""


def sample_border(hull: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Samples the border of a field where it is away from the edge of the photo.

    Args:
        hull: (P, 2) float64, the corners x and y of a convex polygon.
        shape: height and width of the photo, pixels.

    Returns:
        (N, 2) points a pixel apart and (N, 2) unit normals that point outward.
    """
    ends = np.roll(hull, -1, axis=0)
    points, normals = [], []
    centre = hull.mean(axis=0)
    for start, end in zip(hull, ends, strict=True):
        length = float(np.hypot(*(end - start)))
        if length == 0:
            continue
        steps = np.arange(0.5, max(1.0, length))[:, None] / max(1.0, length)
        normal = np.array([end[1] - start[1], start[0] - end[0]]) / length
        if normal @ (start - centre) < 0:
            normal = -normal
        points.append(start + steps * (end - start))
        normals.append(np.repeat(normal[None], len(steps), axis=0))
    if not points:
        return np.empty((0, 2)), np.empty((0, 2))
    all_points, all_normals = np.concatenate(points), np.concatenate(normals)
    limits = np.array([shape[1] - 1, shape[0] - 1])
    free = ((all_points > 3) & (all_points < limits - 3)).all(axis=1)
    return all_points[free], all_normals[free]


def measure_sharp_share(
    level: np.ndarray, points: np.ndarray, normals: np.ndarray, surround: float, reach: float
) -> float:
    """Measures the share of a border that is a step; a vignette of the light has none.

    Args:
        level: (h, w) float32, distance from the tone of the surround, grey levels.
        points: (N, 2) on the border.
        normals: (N, 2), outward.
        surround: level of the surround.
        reach: distance from the border to both sides within which half of the contrast is crossed.

    Returns:
        The share, 0 to 1.
    """

    def read(distance: float) -> np.ndarray:
        places = (points + distance * normals).astype(np.float32)
        x, y = places[:, :1].copy(), places[:, 1:].copy()
        return cv2.remap(level, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0]

    step = read(-reach) - read(reach)
    return float((step >= STEP * np.maximum(read(-DEPTH * reach) - surround, MIN_STEP)).mean())


def fit_shape(
    filled: np.ndarray, points: np.ndarray, roughness: float, bite: float = 0
) -> np.ndarray | None:
    """Fits an ellipse, a circle or a rounded rectangle to a field.

    Args:
        filled: (h, w) uint8, 1 in the convex hull of the field.
        points: (N, 2), x and y on its border away from the edge of the photo.
        roughness: largest share of the field's area by which the shape may differ from the hull.
        bite: largest share of a circle that may be missing in the hull: a lesion as dark as the
            surround takes a bite out of the field.

    Returns:
        (h, w) uint8, 1 in the shape that fits best; None if none fits, or if the surround covers
        fewer than two corners of the photo.
    """
    allowed = roughness * filled.sum()
    best = None
    height, width = filled.shape
    if filled[[0, 0, height - 1, height - 1], [0, width - 1, 0, width - 1]].sum() > 2:
        return None
    for shape in (
        _draw_ellipse(filled, points),
        _draw_circle(filled, points),
        _draw_rectangle(filled),
    ):
        if shape is None:
            continue
        wrong = int((shape != filled).sum())
        if wrong <= allowed:
            best, allowed = shape, wrong
    return best if best is not None or not bite else _fit_bitten_circle(filled, points, bite)


def _fit_bitten_circle(filled: np.ndarray, points: np.ndarray, bite: float) -> np.ndarray | None:
    """Fits a circle to most of the border, again and again without what is far from it."""
    kept = points
    for _ in range(5):
        circle = _solve_circle(kept)
        distances = np.abs(np.hypot(*(points - circle[:2]).T) - circle[2])
        kept = points[distances <= max(NEAR, 1.5 * float(np.median(distances)))]
    shape = _draw_circle(filled, kept)
    if shape is None or (distances <= NEAR).mean() < MIN_NEAR:
        return None
    area = int(shape.sum())
    extra, missing = int((filled > shape).sum()), int((shape > filled).sum())
    return shape if extra <= MAX_EXTRA * area and missing <= bite * area else None


def _draw_ellipse(filled: np.ndarray, points: np.ndarray) -> np.ndarray | None:
    (x, y), (a, b), angle = cv2.fitEllipse(points.astype(np.float32))
    height, width = filled.shape
    inside = 0 < x < width and 0 < y < height  # False for numbers that are not finite
    if not inside or not 8 < min(a, b) <= max(a, b) < 1.6 * max(height, width):
        return None
    box = ((x, y), (a, b), angle)
    return cv2.ellipse(np.zeros_like(filled), box, 1, -1)


def _solve_circle(points: np.ndarray) -> np.ndarray:
    """Solves for x, y and the radius of a circle by least squares; the radius is at least 0."""
    system = np.column_stack([2 * points, np.ones(len(points))])
    x, y, rest = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0]
    return np.array([x, y, np.sqrt(max(0.0, rest + x * x + y * y))])


def _draw_circle(filled: np.ndarray, points: np.ndarray) -> np.ndarray | None:
    x, y, radius = _solve_circle(points)
    height, width = filled.shape
    inside = 0 < x < width and 0 < y < height
    if not inside or not 4 < radius < 0.8 * max(height, width):
        return None
    return cv2.circle(
        np.zeros_like(filled),
        (round(16 * x), round(16 * y)),
        round(16 * radius),
        1,
        -1,
        shift=4,
    )


def _draw_rectangle(filled: np.ndarray) -> np.ndarray:
    """Draws the bounding box with corners so round that its area is that of the field."""
    x, y, width, height = cv2.boundingRect(filled)
    missing = max(0, width * height - int(filled.sum()))
    radius = min(np.sqrt(missing / (4 - np.pi)), min(width, height) / 2)
    rows, columns = np.mgrid[: filled.shape[0], : filled.shape[1]]
    over_x = np.maximum(0, np.abs(columns - (x + (width - 1) / 2)) - (width / 2 - radius))
    over_y = np.maximum(0, np.abs(rows - (y + (height - 1) / 2)) - (height / 2 - radius))
    return (np.hypot(over_x, over_y) <= max(radius, 0.5)).astype(np.uint8)
