"""The gallery shows small copies of the very photos that are classified."""

import numpy as np
from PIL import Image

from qana.data.samples import THUMBNAILS


def test_each_sample_has_its_own_thumbnail(samples) -> None:
    assert sorted(path.stem for path in THUMBNAILS.iterdir()) == sorted(s.image_id for s in samples)
    for sample in samples:
        small = Image.open(THUMBNAILS / f"{sample.image_id}.webp").convert("RGB")
        photo = Image.open(sample.path).convert("RGB").resize(small.size)
        difference = np.abs(np.asarray(small, np.float32) - np.asarray(photo, np.float32))
        assert difference.mean() < 5, sample.image_id
