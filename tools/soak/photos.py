"""Makes photos that all differ, so that a wrong answer cannot look right by chance."""

import io
import random
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

from qana.data.balanced_subset import SUBSET_FOLDER
from qana.data.samples import load_samples

SIDE = 1280
"""Long side of an upload, pixels, as messengers send photos of a phone."""


@cache
def list_source_photos() -> tuple[Path, ...]:
    """Lists the test lesions of the repository: the samples and the balanced subset."""
    return (*(sample.path for sample in load_samples()), *sorted(SUBSET_FOLDER.glob("*.jpg")))


def make_photo(number: int, side: int = SIDE, noise: float = 0.0) -> bytes:
    """Makes a JPEG of a test lesion with a crop, a brightness and a quality of its own.

    Args:
        number: number of the photo; the same number makes the same bytes.
        side: long side, pixels.
        noise: standard deviation of added noise, 0 to 255. Noise makes a file as large as a
            phone's.
    """
    rng = random.Random(number)
    sources = list_source_photos()
    picture = Image.open(sources[number % len(sources)]).convert("RGB")
    width, height = picture.size
    left, top, right, bottom = (rng.uniform(0, 0.08) for _ in range(4))
    box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    scale = side / max(box[2] - box[0], box[3] - box[1])
    size = (round(scale * (box[2] - box[0])), round(scale * (box[3] - box[1])))
    crop = picture.resize(size, Image.Resampling.BICUBIC, box)
    image = ImageEnhance.Brightness(crop).enhance(rng.uniform(0.92, 1.08))
    if noise:
        values = np.random.default_rng(number).normal(0, noise, (*size[::-1], 3))
        image = Image.fromarray((np.asarray(image) + values).clip(0, 255).astype(np.uint8))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=rng.randint(80, 95))
    return file.getvalue()
