"""Pictures that are no dermatoscopic lesion and that the gate has never met: its final examination.

None shares a generator, a font or a source with `qana.training.outliers`.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.spatial import KDTree

SIZE = 256
"""Side of a drawn picture, pixels."""
EACH = 150
"""Pictures drawn of each family."""
SEED = 20190228
POEM = (
    "Two roads diverged in a yellow wood, and sorry I could not travel both and be one traveler, "
    "long I stood and looked down one as far as I could to where it bent in the undergrowth. "
)
"""Robert Frost, "The Road Not Taken" (1915)."""


def strangers() -> dict[str, list[np.ndarray]]:
    """Family name to its pictures, each (H, W, 3) uint8; the same ones at every call.

    "pictures" is left out where scikit-image, which brings them, is not installed.
    """
    drawn = {family: draw_strangers(family) for family in FAMILIES}
    photographs = sample_pictures()
    return ({"pictures": photographs} if photographs else {}) | drawn


def draw_strangers(family: str, count: int = EACH) -> list[np.ndarray]:
    """The first `count` pictures of one of `FAMILIES`, each (256, 256, 3) uint8."""
    random = np.random.default_rng([SEED, *family.encode()])
    return [FAMILIES[family](random) for _ in range(count)]


def sample_pictures() -> list[np.ndarray]:
    """Five squares (the centre, the four corners) of each sample picture of two libraries.

    They are those that come inside scikit-image (`skimage.data`) and scikit-learn
    (`sklearn.datasets.load_sample_images`), 64 pixels a side or more: people, animals, things,
    microscopy, the sky, pages of text. Nothing is downloaded.
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
    return [crop for image in whole if min(image.shape[:2]) >= 64 for crop in _squares(image)]


def _squares(image: np.ndarray) -> list[np.ndarray]:
    height, width = image.shape[:2]
    side = min(height, width)
    part = round(0.6 * side)
    top, left = (height - side) // 2, (width - side) // 2
    corners = [(y, x) for y in (0, height - part) for x in (0, width - part)]
    centre = image[top : top + side, left : left + side]
    return [centre, *(image[y : y + part, x : x + part] for y, x in corners)]


def _noise(random: np.random.Generator) -> np.ndarray:
    """Photon noise of a flat colour, speckle, or salt and pepper."""
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


def _cells(random: np.random.Generator) -> np.ndarray:
    """A Voronoi mosaic: each pixel in the colour of its nearest point, joints dark."""
    points = random.uniform(0, SIZE, (int(random.integers(8, 120)), 2))
    grid = np.moveaxis(np.mgrid[0:SIZE, 0:SIZE], 0, -1)
    two, which = KDTree(points).query(grid, k=2)
    nearest = which[..., 0]
    joints = (two[..., 1] - two[..., 0] < random.uniform(0, 4))[..., None]
    colours = random.uniform(0, 255, (len(points), 3))
    return np.where(joints, colours[nearest] * 0.3, colours[nearest]).astype(np.uint8)


def _waves(random: np.random.Generator) -> np.ndarray:
    """Rings of several sources that interfere, in two colours."""
    rows, columns = np.mgrid[0:SIZE, 0:SIZE]
    height = np.zeros((SIZE, SIZE))
    for _ in range(int(random.integers(1, 5))):
        y, x = random.uniform(-SIZE / 2, 1.5 * SIZE, 2)
        height += np.sin(np.hypot(rows - y, columns - x) * random.uniform(0.05, 0.6))
    share = (height - height.min()) / np.ptp(height)
    low, high = random.uniform(0, 255, (2, 3))
    return (low + share[..., None] * (high - low)).astype(np.uint8)


def _text(random: np.random.Generator) -> np.ndarray:
    """A page in Pillow's own outline font, slightly turned."""
    paper, ink = ((255, 250, 240), (20, 20, 30))
    if random.random() < 0.3:
        paper, ink = (30, 32, 40), (220, 225, 230)
    page = Image.new("RGB", (2 * SIZE, 2 * SIZE), paper)
    size = int(random.integers(12, 60))
    font = ImageFont.load_default(size)
    verse = POEM.split()
    start = int(random.integers(len(verse)))
    words = (verse[start:] + verse[:start]) * 12
    per_line = max(2, 1100 // (size * 5))
    lines = [" ".join(words[i : i + per_line]) for i in range(0, 60 * per_line, per_line)]
    ImageDraw.Draw(page).multiline_text((-20, -20), "\n".join(lines), ink, font)
    turned = page.rotate(float(random.uniform(-12, 12)), Image.Resampling.BICUBIC)
    centre = np.asarray(turned)[SIZE // 2 : -SIZE // 2, SIZE // 2 : -SIZE // 2]
    return cv2.add(centre, random.integers(0, 12, centre.shape, np.uint8))


FAMILIES: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "noise": _noise,
    "cells": _cells,
    "waves": _waves,
    "text": _text,
}
"""What can be drawn, by name."""
