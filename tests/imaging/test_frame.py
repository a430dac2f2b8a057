"""The square that a visitor frames is the square that is classified."""

import math

import numpy as np
import pytest

from qana.imaging import read_image, to_input
from qana.imaging.frame import LEAST_SIDE, WHOLE, Frame, cut, least_share
from qana.inference.diagnosis import scan
from ui.framing import frame_of


@pytest.fixture
def photo() -> np.ndarray:
    """Each pixel another colour: what is cut can be told."""
    return np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)


def test_a_photo_that_nobody_framed_gets_the_same_answer_to_the_bit(samples, classifier) -> None:
    for sample in samples[:4]:
        whole = read_image(sample.path)
        square = cut(whole, WHOLE)
        assert np.array_equal(to_input(square, 128), to_input(whole, 128))
        a, b = (scan(one, classifier, insist=True) for one in (square, whole))
        assert a.problems == b.problems
        assert np.array_equal(a.prediction.probabilities, b.prediction.probabilities)


def test_the_square_is_where_it_was_put(photo) -> None:
    square = cut(photo, Frame(x=0.6, y=0.5, share=0.5))
    left = math.floor(0.6 * 400 - 75)
    assert np.array_equal(square, photo[75:225, left : left + 150])


@pytest.mark.parametrize("turns", [1, 2, 3, 5, -1])
def test_a_turn_is_clockwise(photo, turns) -> None:
    square = cut(photo, Frame(turns=turns, share=0.5))
    assert np.array_equal(square, np.rot90(cut(photo, Frame(share=0.5)), -turns))


@pytest.mark.parametrize(("x", "y"), [(-3, 0.5), (7, 0.5), (0.5, -1), (0.5, 2), (1, 1)])
def test_a_square_beyond_the_edge_is_moved_inside(photo, x, y) -> None:
    assert cut(photo, Frame(x=x, y=y, share=0.7)).shape == (210, 210, 3)


def test_nothing_smaller_than_the_network_reads_is_cut(photo) -> None:
    assert cut(photo, Frame(share=1e-9)).shape == (LEAST_SIDE, LEAST_SIDE, 3)
    small = photo[:70, :90]
    assert least_share(small) == 1
    assert cut(small, Frame(share=0.1)).shape == (70, 70, 3)


@pytest.mark.parametrize(
    "said",
    [
        "square",
        7,
        [],
        {},
        {"turns": 1},
        {"turns": "a", "x": 0, "y": 0, "share": 1},
        {"turns": 0, "x": math.nan, "y": 0, "share": 1},
        {"turns": math.inf, "x": 0, "y": 0, "share": 1},
        {"turns": 0, "x": None, "y": 0, "share": 1},
        {"turns": 0, "x": 1e400, "y": 0, "share": 1},
    ],
)
def test_a_browser_that_names_no_square_gets_the_centre(said) -> None:
    assert frame_of(said) == WHOLE
