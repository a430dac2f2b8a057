"""Makes out-of-distribution images that test the not-a-lesion gate; none served to fit it.

None shares a generator, a font or a source with `qana.training.synthetic_outliers`.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.spatial import KDTree

SIZE = 256
"""Side of a drawn image, pixels."""
EACH = 150
"""Images drawn of each family."""
SEED = 20190228
POEM = (
    "Two roads diverged in a yellow wood, and sorry I could not travel both and be one traveler, "
    "long I stood and looked down one as far as I could to where it bent in the undergrowth. "
)
"""Robert Frost, "The Road Not Taken" (1915)."""


def load_test_images() -> dict[str, list[np.ndarray]]:
    """Loads the test images of every family; the same ones at every call.

    Returns:
        Family name to its images, each (H, W, 3) uint8. "pictures" is left out where scikit-image
        is not installed.
    """
    drawn = {family: draw_images(family) for family in FAMILIES}
    photographs = load_library_images()
    return ({"pictures": photographs} if photographs else {}) | drawn


def draw_images(family: str, count: int = EACH) -> list[np.ndarray]:
    """Draws the first `count` images of one of `FAMILIES`, each (256, 256, 3) uint8."""
    random = np.random.default_rng([SEED, *family.encode()])
    return [FAMILIES[family](random) for _ in range(count)]


def load_library_images() -> list[np.ndarray]:
    """Loads five squares (the centre and the four corners) of each sample image of two libraries.

    The images come inside scikit-image (`skimage.data`) and scikit-learn
    (`sklearn.datasets.load_sample_images`) and measure at least 64 pixels a side: people, animals,
    things, microscopy, the sky, pages of text. Nothing is downloaded.

    Returns:
        Squares, each (H, W, 3) uint8; an empty list without scikit-image.
    """
    try:
        import skimage.data
        from sklearn.datasets import load_sample_images
    except ImportError:
        return []
    folder = Path(skimage.data.__file__).parent
    files = sorted(path for path in folder.iterdir() if path.suffix in {".png", ".jpg"})
    whole = [np.asarray(Image.open(path).convert("RGB")) for path in files]
    whole += list(load_sample_images().images)
    return [crop for image in whole if min(image.shape[:2]) >= 64 for crop in cut_squares(image)]


def cut_squares(image: np.ndarray) -> list[np.ndarray]:
    """Cuts a picture into five squares: the centre, and the four corners at 60 % of its side.

    Args:
        image: (H, W, 3) uint8 RGB.

    Returns:
        Five views of the picture, each (S, S, 3) uint8 RGB.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    part = round(0.6 * side)
    top, left = (height - side) // 2, (width - side) // 2
    corners = [(y, x) for y in (0, height - part) for x in (0, width - part)]
    centre = image[top : top + side, left : left + side]
    return [centre, *(image[y : y + part, x : x + part] for y, x in corners)]


def _draw_noise(random: np.random.Generator) -> np.ndarray:
    """Draws photon noise on a flat colour, speckle, or salt and pepper."""
    flat = np.full((SIZE, SIZE, 3), random.uniform(40, 215, 3))
    kind = random.integers(3)
    if kind == 0:
        gain = random.uniform(2, 20)
        noisy = random.poisson(flat / gain) * gain
    elif kind == 1:
        noisy = flat * random.gamma(3, 1 / 3, (SIZE, SIZE, 1))
    else:
        noisy = np.where(random.random((SIZE, SIZE, 1)) < 0.2, random.choice([0, 255]), flat)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _draw_cells(random: np.random.Generator) -> np.ndarray:
    """Draws a Voronoi mosaic with dark joints."""
    points = random.uniform(0, SIZE, (int(random.integers(8, 120)), 2))
    grid = np.moveaxis(np.mgrid[0:SIZE, 0:SIZE], 0, -1)
    two, which = KDTree(points).query(grid, k=2)
    nearest = which[..., 0]
    joints = (two[..., 1] - two[..., 0] < random.uniform(0, 4))[..., None]
    colours = random.uniform(0, 255, (len(points), 3))
    return np.where(joints, colours[nearest] * 0.3, colours[nearest]).astype(np.uint8)


def _draw_waves(random: np.random.Generator) -> np.ndarray:
    """Draws interfering rings of several sources, in two colours."""
    rows, columns = np.mgrid[0:SIZE, 0:SIZE]
    height = np.zeros((SIZE, SIZE))
    for _ in range(int(random.integers(1, 5))):
        y, x = random.uniform(-SIZE / 2, 1.5 * SIZE, 2)
        height += np.sin(np.hypot(rows - y, columns - x) * random.uniform(0.05, 0.6))
    share = (height - height.min()) / np.ptp(height)
    low, high = random.uniform(0, 255, (2, 3))
    return (low + share[..., None] * (high - low)).astype(np.uint8)


def _draw_text(random: np.random.Generator) -> np.ndarray:
    """Draws a slightly rotated page in Pillow's own outline font."""
    background, colour = ((255, 250, 240), (20, 20, 30))
    if random.random() < 0.3:
        background, colour = (30, 32, 40), (220, 225, 230)
    page = Image.new("RGB", (2 * SIZE, 2 * SIZE), background)
    size = int(random.integers(12, 60))
    font = ImageFont.load_default(size)
    verse = POEM.split()
    start = int(random.integers(len(verse)))
    words = (verse[start:] + verse[:start]) * 12
    per_line = max(2, 1100 // (size * 5))
    lines = [" ".join(words[i : i + per_line]) for i in range(0, 60 * per_line, per_line)]
    ImageDraw.Draw(page).multiline_text((-20, -20), "\n".join(lines), colour, font)
    rotated = page.rotate(float(random.uniform(-12, 12)), Image.Resampling.BICUBIC)
    centre = np.asarray(rotated)[SIZE // 2 : -SIZE // 2, SIZE // 2 : -SIZE // 2]
    return cv2.add(centre, random.integers(0, 12, centre.shape, np.uint8))


FAMILIES: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "noise": _draw_noise,
    "cells": _draw_cells,
    "waves": _draw_waves,
    "text": _draw_text,
}
"""Family name to the function that draws one of its images."""
