"""A photo is cropped to the square that the user chose."""

import math

import numpy as np
import pytest

from qana.imaging import read_image, to_input
from qana.imaging.crop import CENTRE_SQUARE, MIN_CROP_SIDE, CropBox, crop_to_box, find_min_share
from qana.inference.diagnosis import diagnose


@pytest.fixture
def photo() -> np.ndarray:
    """Returns random pixels, so that every crop is different."""
    return np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)


def test_the_default_square_gives_the_same_diagnosis_as_the_photo(samples, classifier) -> None:
    for sample in samples[:4]:
        whole = read_image(sample.path)
        square = crop_to_box(whole, CENTRE_SQUARE)
        assert np.array_equal(to_input(square, 128), to_input(whole, 128))
        a, b = (diagnose(one, classifier, force=True) for one in (square, whole))
        assert a.problems == b.problems
        assert np.array_equal(a.prediction.probabilities, b.prediction.probabilities)


def test_the_square_is_at_the_chosen_place(photo) -> None:
    square = crop_to_box(photo, CropBox(x=0.6, y=0.5, share=0.5))
    left = math.floor(0.6 * 400 - 75)
    assert np.array_equal(square, photo[75:225, left : left + 150])


@pytest.mark.parametrize("turns", [1, 2, 3, 5, -1])
def test_a_turn_is_clockwise(photo, turns) -> None:
    square = crop_to_box(photo, CropBox(turns=turns, share=0.5))
    assert np.array_equal(square, np.rot90(crop_to_box(photo, CropBox(share=0.5)), -turns))


@pytest.mark.parametrize(("x", "y"), [(-3, 0.5), (7, 0.5), (0.5, -1), (0.5, 2), (1, 1)])
def test_a_square_beyond_the_edge_is_moved_inside(photo, x, y) -> None:
    assert crop_to_box(photo, CropBox(x=x, y=y, share=0.7)).shape == (210, 210, 3)


def test_no_crop_is_smaller_than_the_input(photo) -> None:
    assert crop_to_box(photo, CropBox(share=1e-9)).shape == (MIN_CROP_SIDE, MIN_CROP_SIDE, 3)
    small = photo[:70, :90]
    assert find_min_share(small) == 1
    assert crop_to_box(small, CropBox(share=0.1)).shape == (70, 70, 3)
