"""Generates pictures that resemble a photo of the back of an eye.

Such a photo is a lit circle of red and brown, as a photo through a dermatoscope can be. It is the
photo of another organ that a gate for skin lesions is most likely to let through.
"""

import cv2
import numpy as np

STEP = 5
"""Length in pixels of a straight part of a vessel."""
SUBPIXEL_BITS = 3
"""Fractional bits of the ends of a vessel's parts."""
THINNEST = 0.6
"""Width in pixels at which a vessel ends."""


def make_fundus(random: np.random.Generator, size: int) -> np.ndarray:
    """Makes a lit circle with a bright disc, a dark spot and vessels that branch from the disc.

    Args:
        random: source of all random numbers.
        size: side of the picture in pixels.

    Returns:
        (size, size, 3) float32 RGB, black outside the circle. Values can leave 0 to 255.
    """
    rows, columns = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j].astype(np.float32)
    side = random.choice([-1, 1])
    disc = side * random.uniform(0.15, 0.6), random.uniform(-0.15, 0.15)
    spot = -side * random.uniform(0, 0.3), random.uniform(-0.12, 0.12)
    clouds = cv2.resize(random.normal(size=(5, 5)), (size, size), interpolation=cv2.INTER_CUBIC)
    picture = random.uniform((140, 50, 10), (245, 120, 70)).astype(np.float32)
    picture = picture * (1 + random.uniform(0.02, 0.15) * clouds[..., None])

    radius = random.uniform(0.08, 0.18)
    distance = np.hypot(columns - disc[0], (rows - disc[1]) / random.uniform(0.9, 1.2)) / radius
    light = random.uniform((20, 50, 20), (80, 110, 90))
    picture += np.exp(-(distance**6))[..., None] * light
    width = random.uniform(0.1, 0.28)
    distance = np.hypot(columns - spot[0], rows - spot[1]) / width
    picture *= 1 - random.uniform(0.1, 0.5) * np.exp(-(distance**2) / 2)[..., None]

    picture *= 1 - _draw_vessels(random, size, disc)[..., None] * (0.55, 1, 0.9)
    from_centre = np.hypot(columns, rows)
    picture *= 1 - random.uniform(0, 0.5) * (from_centre**2)[..., None]
    picture += random.normal(0, random.uniform(0, 5), picture.shape)
    blurred = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.3, 1.2))
    blurred[from_centre > random.uniform(0.8, 1.05)] = random.uniform(0, 8)
    return blurred.astype(np.float32)


def _draw_vessels(random: np.random.Generator, size: int, disc: tuple[float, float]) -> np.ndarray:
    """Draws the vessels that leave the disc: (size, size) floats, 0 to 0.6, 0 between them."""
    strokes = np.zeros((size, size), np.uint8)
    start = (1 + np.array(disc)) * size / 2
    for _ in range(random.integers(4, 9)):
        angle, width = random.uniform(0, 2 * np.pi), random.uniform(1, 3.5)
        _draw_vessel(random, strokes, start, angle, width, int(random.integers(20, 45)))
    blurred = cv2.GaussianBlur(strokes / 255, (0, 0), random.uniform(0.5, 1.2))
    return blurred * random.uniform(0.25, 0.6)


def _draw_vessel(
    random: np.random.Generator,
    strokes: np.ndarray,
    root: np.ndarray,
    angle: float,
    width: float,
    steps: int,
) -> None:
    """Draws one vessel that bends, thins and branches into `strokes`."""
    here = root
    for _ in range(steps):
        if width < THINNEST:
            return
        angle += random.normal(0, 0.18)
        there = here + STEP * np.array([np.cos(angle), np.sin(angle)])
        start, end = (np.rint(one * (1 << SUBPIXEL_BITS)).astype(int) for one in (here, there))
        thickness = max(1, round(width))
        cv2.line(strokes, start, end, 255, thickness, cv2.LINE_AA, SUBPIXEL_BITS)
        here, width = there, width * random.uniform(0.96, 1)
        if random.random() < 0.12:
            turn = random.choice([-1, 1]) * random.uniform(0.4, 1)
            _draw_vessel(random, strokes, here, angle + turn, 0.7 * width, steps // 2)
