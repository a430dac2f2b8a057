"""What a browser sends to the page Batch, and the words of the operating point."""

import numpy as np
import pytest

from qana.evaluation.operating_points import OperatingPoint, compute_operating_curve
from qana.screening.photo_answer import PhotoAnswer
from qana.screening.rows import make_lost_row
from ui.batch.photo_table import OpenedPhoto, make_table_row, parse_opened
from ui.operating_point import describe_point


def make_answer(path: str, readable: bool) -> PhotoAnswer:
    row = make_lost_row(path, "A reason.", "akida2", "0" * 64, "simulator")
    return PhotoAnswer(row, np.full(7, 1 / 7) if readable else None, b"webp")


ANSWERS = [make_answer("a.jpg", True), make_answer("b.jpg", False)]


@pytest.mark.parametrize("page", ["scan", "explain"])
def test_a_click_opens_a_photo_that_was_read(page: str) -> None:
    assert parse_opened({"path": "a.jpg", "page": page}, ANSWERS) == OpenedPhoto("a.jpg", page)


@pytest.mark.parametrize(
    "message",
    [
        None,
        "a.jpg",
        [],
        {},
        {"path": "a.jpg"},
        {"path": "a.jpg", "page": "facts"},
        {"path": "b.jpg", "page": "scan"},
        {"path": "../../etc/passwd", "page": "scan"},
        {"path": ["a.jpg"], "page": "scan"},
        {"path": "a.jpg", "page": 1},
    ],
)
def test_anything_else_opens_nothing(message: object) -> None:
    assert parse_opened(message, ANSWERS) is None


def test_a_row_without_an_answer_has_its_reason_and_no_figures() -> None:
    row = make_table_row(ANSWERS[1], picture=False)
    assert (row["status"], row["reason"], row["readable"]) == ("Rejected", "A reason.", False)
    assert row["picture"] is None
    assert not any(row[name] for name in ("name", "probability", "look", "events", "share"))


def test_a_point_is_described_in_counts() -> None:
    curve = compute_operating_curve(np.array([1, 1, 0, 0], bool), np.array([0.9, 0.2, 0.8, 0.1]))
    point = curve.measure(0.5)
    assert point == OperatingPoint(0.5, 1, 1, 1, 1)
    assert describe_point(point, "melanoma") == (
        "Of 2 photos that are melanoma it calls **1** and misses **1**. Of 2 others it calls **1** "
        "without need."
    )
