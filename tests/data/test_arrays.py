"""Frames for augmentation: one aspect ratio for photos of every shape."""

import cv2
import numpy as np
import pytest

from qana.data.arrays import fit_frame


def draw_disc(height: int, width: int) -> np.ndarray:
    """Draws a dark disc in the middle of a pale photo."""
    image = np.full((height, width, 3), 220, np.uint8)
    return cv2.circle(image, (width // 2, height // 2), min(height, width) // 4, (60, 40, 30), -1)


def measure_disc(frame: np.ndarray) -> tuple[int, int]:
    """Measures the height and the width of the dark disc in the middle."""
    dark = frame[..., 0] < 140
    middle_row, middle_column = dark[len(frame) // 2], dark[:, frame.shape[1] // 2]
    return int(middle_column.sum()), int(middle_row.sum())


@pytest.mark.parametrize(
    "shape", [(225, 300), (200, 267), (300, 300), (84, 84), (400, 300), (1600, 900), (90, 200)]
)
def test_frame_keeps_the_shape_of_a_lesion(shape: tuple[int, int]) -> None:
    frame = fit_frame(draw_disc(*shape), 150)
    assert frame.shape == (150, 200, 3)
    height, width = measure_disc(frame)
    assert height == pytest.approx(75, abs=3)
    assert width == pytest.approx(height, abs=4)


def test_frame_of_a_4_3_photo_is_the_whole_photo() -> None:
    image = np.random.default_rng(0).integers(0, 256, (225, 300, 3), dtype=np.uint8)
    expected = cv2.resize(image, (200, 150), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(fit_frame(image, 150), expected)


def test_edges_of_a_square_photo_are_mirrored_and_not_black() -> None:
    frame = fit_frame(draw_disc(120, 120), 120)
    assert frame[:, [0, -1]].min() > 200
