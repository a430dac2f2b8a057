"""The browser's answer becomes a crop box."""

import math

import pytest

from qana.imaging.crop import CENTRE_SQUARE
from ui.framing import parse_crop


@pytest.mark.parametrize(
    "value",
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
def test_a_browser_that_names_no_square_gets_the_centre(value) -> None:
    assert parse_crop(value) == CENTRE_SQUARE
