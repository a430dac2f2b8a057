"""Degraded network inputs: blur and a drawn surround."""

import numpy as np
import pytest

from qana.data.degradation import draw_surround, reduce_resolution
from qana.imaging import read_image, to_input


@pytest.fixture(scope="module")
def view(samples) -> np.ndarray:
    return to_input(read_image(samples[0].path), 128)


def test_reduced_resolution_blurs_and_keeps_the_colours(view) -> None:
    blurred = reduce_resolution(view)
    assert blurred.shape == view.shape and blurred.dtype == np.uint8
    np.testing.assert_allclose(blurred.mean(axis=(0, 1)), view.mean(axis=(0, 1)), atol=1)
    sharpness = [np.diff(one.astype(float), axis=0).var() for one in (blurred, view)]
    assert sharpness[0] < 0.8 * sharpness[1]


def test_surround_covers_the_corners_and_leaves_the_middle(view) -> None:
    tones = set()
    for seed in range(20):
        covered = draw_surround(view, np.random.default_rng(seed))
        corners = covered[[0, 0, -1, -1], [0, -1, 0, -1]]
        assert (corners == corners[0, 0]).all()
        tones.add("black" if corners[0, 0] < 30 else "white")
        np.testing.assert_array_equal(covered[32:96, 32:96], view[32:96, 32:96])
    assert tones == {"black", "white"}
