"""Changed photos: what each change does, and what it leaves alone."""

import cv2
import numpy as np
import pytest
from PIL import Image

from qana.data.drawn_artefacts import ARTEFACTS
from qana.data.lesion_extent import estimate_lesion_extent
from qana.data.photo import Photo
from qana.data.photo_conditions import (
    blur_by_motion,
    blur_out_of_focus,
    light_warmly,
    move_away,
)
from qana.data.plain_skin import crop_plain_skin
from qana.imaging import assess_quality, read_image


def draw_lesion(radius: float, shape: tuple[int, int] = (200, 260)) -> np.ndarray:
    """Draws a dark disc on speckled skin; the radius is a share of the height."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    inside = np.hypot(rows - shape[0] / 2, columns - shape[1] / 2) < radius * shape[0]
    skin = np.random.default_rng(0).normal((205, 160, 140), 4, (*shape, 3))
    return np.where(inside[..., None], (90, 50, 45), skin).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("radius", [0.1, 0.2, 0.3])
def test_extent_is_the_longest_side_of_the_lesion(radius: float) -> None:
    assert estimate_lesion_extent(draw_lesion(radius)) == pytest.approx(2 * radius, abs=0.06)


def test_extent_is_that_of_the_lesion_in_the_middle() -> None:
    photo = draw_lesion(0.2)
    photo[:, 32:78] = (90, 50, 45)  # a larger dark strip at the edge of the square
    assert estimate_lesion_extent(photo) == pytest.approx(0.4, abs=0.06)


def test_a_photo_from_farther_away_shows_a_smaller_lesion_and_the_same_skin() -> None:
    photo = draw_lesion(0.3)
    away = move_away(photo, 0.5, np.random.default_rng(1))
    assert away.shape == photo.shape
    assert estimate_lesion_extent(away) == pytest.approx(0.3, abs=0.06)
    corner, before = away[:30, :30].reshape(-1, 3), photo[:30, :30].reshape(-1, 3)
    assert np.abs(corner.mean(axis=0) - before.mean(axis=0)).max() < 3, "skin of the same colour"
    assert 0 < corner.std() <= before.std() + 1, "with texture"
    assert (move_away(photo, 1.0, np.random.default_rng(1)) == photo).all()


def test_blur_takes_sharpness_and_no_light(samples) -> None:
    photo = read_image(samples[0].path)
    sharpness = assess_quality(photo).sharpness
    for blurred in (blur_out_of_focus(photo, 0.02), blur_by_motion(photo, 0.06, 0.5)):
        assert assess_quality(blurred).sharpness < 0.8 * sharpness
        assert blurred.mean() == pytest.approx(photo.mean(), abs=1)
    assert (blur_out_of_focus(photo, 0.0) == photo).all()


def test_movement_blurs_along_its_direction_alone() -> None:
    lines = np.zeros((120, 120, 3), np.uint8)
    lines[:, ::6] = 255  # vertical lines
    assert (blur_by_motion(lines, 0.1, np.pi / 2) == lines).all()
    assert blur_by_motion(lines, 0.1, 0.0).std() < lines.std() / 3


def test_warm_light_turns_white_orange() -> None:
    white = np.full((64, 64, 3), 180, np.uint8)
    assert np.abs(light_warmly(white, 6500).astype(int) - 180).max() <= 1
    red, green, blue = light_warmly(white, 3000)[0, 0].astype(int)
    assert red > green > blue
    for kelvin, expected in ((3000, (255, 184, 108)), (5000, (255, 233, 208))):
        # Colours of a black body from the table of Mitchell Charity, against 6500 K.
        lit = light_warmly(white, kelvin)[0, 0]
        assert lit * 255.0 / lit[0] == pytest.approx(expected, abs=6)


@pytest.mark.parametrize("name", ARTEFACTS)
def test_an_artefact_is_seeded_and_leaves_most_of_the_lesion_alone(name: str) -> None:
    photo = draw_lesion(0.2)
    drawn = ARTEFACTS[name](photo, np.random.default_rng(3))
    assert drawn.shape == photo.shape and drawn.dtype == np.uint8
    assert (drawn == ARTEFACTS[name](photo, np.random.default_rng(3))).all()
    assert (drawn != photo).any()
    # The middle of the photo, a tenth of its height: only hair may cross it.
    middle = np.s_[90:110, 120:140]
    changed = (drawn[middle] != photo[middle]).any(axis=2).mean()
    assert changed < (0.6 if name == "hair" else 0.01)


def test_ruler_ink_and_corners_are_where_they_belong() -> None:
    photo = draw_lesion(0.2)
    random = np.random.default_rng(3)
    assert ARTEFACTS["black corners"](photo, random)[0, 0].max() < 20
    inked = ARTEFACTS["ink marking"](photo, random).astype(int)
    marked = inked[np.abs(inked - photo).max(axis=2) > 60]
    assert (marked[:, 2] > marked[:, 0]).mean() > 0.8, "ink is violet"
    ruler = ARTEFACTS["ruler"](photo, random)
    rows, columns = np.nonzero((ruler != photo).any(axis=2))
    assert len(rows) and (np.hypot(rows - 100, columns - 130) > 60).all(), "near an edge"


def test_a_small_corner_is_free_where_a_large_one_is_not(tmp_path) -> None:

    photo = draw_lesion(0.3)
    mask = (np.abs(photo.astype(int) - (90, 50, 45)).max(axis=2) < 5).astype(np.uint8) * 255
    Image.fromarray(photo).save(tmp_path / "a.png")
    cv2.imwrite(str(tmp_path / "m.png"), mask)
    one = Photo("a", "l", "nv", "", None, "", "", tmp_path / "a.png", tmp_path / "m.png")
    assert crop_plain_skin([one], 1, shares=(0.9,)) == []
    (corner,) = crop_plain_skin([one], 1, shares=(0.25,))
    assert corner.shape == (50, 50, 3)
