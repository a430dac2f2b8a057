"""Bad photos are found with advice, and good ones pass."""

import cv2
import numpy as np
import pytest

from qana.data.samples import Sample
from qana.imaging import assess_quality, read_image

SHAKE = np.eye(13, dtype=np.float32) / 13


def test_every_sample_passes_at_every_size(samples: tuple[Sample, ...]) -> None:
    for sample in samples:
        photo = read_image(sample.path)
        for factor in (1, 2, 4):
            size = (photo.shape[1] * factor, photo.shape[0] * factor)
            assert assess_quality(cv2.resize(photo, size, interpolation=cv2.INTER_CUBIC)).ok


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("blurred", lambda photo: cv2.GaussianBlur(photo, (0, 0), 4)),
        ("blurred", lambda photo: cv2.filter2D(photo, -1, SHAKE)),
        ("blurred", lambda photo: np.full_like(photo, 150)),
        ("dark", lambda photo: (photo * 0.12).astype(np.uint8)),
        ("overexposed", lambda photo: np.clip(photo * 2.2, 0, 255).astype(np.uint8)),
    ],
)
def test_a_bad_photo_is_found_with_advice(samples, kind: str, spoil) -> None:
    found = [assess_quality(spoil(read_image(sample.path))).problems for sample in samples]
    caught = [problems for problems in found if kind in {problem.kind for problem in problems}]
    assert len(caught) >= 0.9 * len(samples)
    assert all(problem.message.endswith(".") for problems in caught for problem in problems)
