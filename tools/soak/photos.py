"""Photos that all differ, so that no two answers can be mistaken for each other."""

import io
import random
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

from qana.data.balanced_subset import SUBSET_FOLDER
from qana.data.samples import load_samples

SIDE = 1280
"""Long side of an upload, pixels: as a messenger sends a phone's photo."""


@cache
def sources() -> tuple[Path, ...]:
    """The test lesions of the repository: the samples and the subset."""
    return (*(sample.path for sample in load_samples()), *sorted(SUBSET_FOLDER.glob("*.jpg")))


def photo(number: int, side: int = SIDE, grain: float = 0.0) -> bytes:
    """A JPEG of a test lesion, cut, lit and compressed as nobody else's.

    Args:
        number: says which; the same number gives the same bytes.
        side: long side, pixels.
        grain: standard deviation of its noise, 0 to 255; with it a file gets as large as a phone's.
    """
    draw = random.Random(number)
    picture = Image.open(sources()[number % len(sources())]).convert("RGB")
    width, height = picture.size
    left, top, right, bottom = (draw.uniform(0, 0.08) for _ in range(4))
    box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    scale = side / max(box[2] - box[0], box[3] - box[1])
    size = (round(scale * (box[2] - box[0])), round(scale * (box[3] - box[1])))
    cut = picture.resize(size, Image.Resampling.BICUBIC, box)
    lit = ImageEnhance.Brightness(cut).enhance(draw.uniform(0.92, 1.08))
    if grain:
        noise = np.random.default_rng(number).normal(0, grain, (*size[::-1], 3))
        lit = Image.fromarray((np.asarray(lit) + noise).clip(0, 255).astype(np.uint8))
    file = io.BytesIO()
    lit.save(file, "JPEG", quality=draw.randint(80, 95))
    return file.getvalue()
