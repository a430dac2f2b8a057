"""Bad photos are found with advice, and good ones pass."""

import itertools
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from qana.data.samples import Sample
from qana.data.surrounds import cut_to_circle
from qana.imaging import assess_quality, read_image
from qana.imaging.field_of_view import crop_to_field_of_view, find_field_of_view

SHAKE = np.eye(13, dtype=np.float32) / 13
SEPIA = np.array([[0.393, 0.349, 0.272], [0.769, 0.686, 0.534], [0.189, 0.168, 0.131]])
"""Red, green and blue to the colours of the usual sepia filter."""
SHADES = (0.35, 0.5, 0.7, 1)
"""Factors of the light in the copies without colour."""


def make_grey(photo: np.ndarray) -> np.ndarray:
    """Makes a copy without colour."""
    return np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def tint(photo: np.ndarray, *colour: float) -> np.ndarray:
    """Makes a copy of one hue."""
    return (make_grey(photo) * np.array(colour)).astype(np.uint8)


def compress(photo: np.ndarray, quality: int) -> np.ndarray:
    """Stores a photo as JPEG and reads it again."""
    data = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


COLOURLESS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "grey": make_grey,
    "grey, compressed": lambda photo: compress(make_grey(photo), 30),
    "grey, washed out": lambda photo: (make_grey(photo) * 0.4 + 120).astype(np.uint8),
    "one channel": lambda photo: np.repeat(photo[..., 1:2], 3, axis=2),
    "sepia": lambda photo: np.clip(photo @ SEPIA, 0, 255).astype(np.uint8),
    "reddish": lambda photo: tint(photo, 1, 0.7, 0.65),
    "bluish": lambda photo: tint(photo, 0.7, 0.8, 1),
    "greenish": lambda photo: tint(photo, 0.6, 1, 0.6),
    "colour cast": lambda photo: np.clip(
        make_grey(photo) + np.array([15.0, 0, -12]), 0, 255
    ).astype(np.uint8),
}


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


def list_kinds(photo: np.ndarray) -> set[str]:
    """Lists the kinds of a photo's problems."""
    return {problem.kind for problem in assess_quality(photo).problems}


@pytest.mark.parametrize("shade", SHADES)
@pytest.mark.parametrize("change", COLOURLESS.values(), ids=COLOURLESS.keys())
def test_photo_without_colour_is_found(samples, change, shade: float) -> None:
    for sample in samples:
        photo = change((read_image(sample.path) * shade).astype(np.uint8))
        assert "no-colour" in list_kinds(photo), sample.image_id


def draw_date(grey: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    at = (grey.shape[1] // 3, grey.shape[0] - grey.shape[0] // 6)
    scale, thickness = grey.shape[0] / 400, max(1, grey.shape[0] // 150)
    font = cv2.FONT_HERSHEY_SIMPLEX
    return cv2.putText(grey.copy(), "12.05.2024", at, font, scale, colour, thickness)


def draw_sticker(grey: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    side = grey.shape[0]
    return cv2.circle(grey.copy(), (side // 3, side // 3), side // 7, colour, cv2.FILLED)


def draw_scale(grey: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    height, width = grey.shape[:2]
    ends = (width // 3, height * 7 // 8), (width // 2, height * 7 // 8)
    return cv2.line(grey.copy(), *ends, colour, max(2, height // 100))


def draw_banner(grey: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    marked = grey.copy()
    marked[: grey.shape[0] // 6] = colour
    return marked


@pytest.mark.parametrize("colour", [(255, 140, 0), (30, 100, 220), (40, 220, 60)])
@pytest.mark.parametrize("draw", [draw_date, draw_sticker, draw_scale, draw_banner])
def test_photo_without_colour_is_found_under_a_coloured_mark(samples, draw, colour) -> None:
    for sample in samples[::2]:
        marked = compress(draw(make_grey(read_image(sample.path)), colour), 90)
        assert "no-colour" in list_kinds(marked), sample.image_id


def test_photo_without_colour_is_found_in_a_surround(samples) -> None:
    for sample, tone in itertools.product(samples, (0, 255)):
        grey = cut_to_circle(make_grey(read_image(sample.path)), 0.7, tone)
        assert list_kinds(grey) == {"no-colour"}


def test_sentence_asks_for_a_photo_in_colour(samples) -> None:
    (problem,) = assess_quality(make_grey(read_image(samples[0].path))).problems
    assert "take a photo in colour" in problem.message


PALE: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as it is": lambda photo: photo,
    "half of the light": lambda photo: (photo * 0.5).astype(np.uint8),
    "brighter": lambda photo: np.clip(photo * 1.25, 0, 255).astype(np.uint8),
    "half of the saturation": lambda photo: (photo * 0.5 + make_grey(photo) * 0.5).astype(np.uint8),
    "compressed": lambda photo: compress(photo, 30),
    "warm light": lambda photo: (photo * np.array([1, 0.85, 0.65])).astype(np.uint8),
}


@pytest.mark.parametrize("change", PALE.values(), ids=PALE.keys())
def test_pale_photo_has_colour(samples, change) -> None:
    for sample in samples:
        assert "no-colour" not in list_kinds(change(read_image(sample.path))), sample.image_id


@pytest.mark.parametrize("tone", [0, 10, 245, 255])
@pytest.mark.parametrize("share", [0.6, 0.7, 0.8])
def test_surround_does_not_count(samples, tone: int, share: float) -> None:
    for sample in samples:
        assert assess_quality(cut_to_circle(read_image(sample.path), share, tone)).ok


@pytest.mark.parametrize("tone", [0, 255])
@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("blurred", lambda photo: cv2.GaussianBlur(photo, (0, 0), 4)),
        ("overexposed", lambda photo: np.clip(photo * 2.2, 0, 255).astype(np.uint8)),
    ],
)
def test_bad_photo_is_found_in_a_surround(samples, kind: str, spoil, tone: int) -> None:
    found = [
        kind in list_kinds(cut_to_circle(spoil(read_image(sample.path)), 0.8, tone))
        for sample in samples
    ]
    assert np.mean(found) >= 0.9


@pytest.mark.parametrize("tone", [0, 255])
def test_small_field_asks_to_fill_the_picture(samples, tone: int) -> None:
    found = [
        assess_quality(cut_to_circle(read_image(sample.path), 0.25, tone)).problems[0]
        for sample in samples
    ]
    assert np.mean([problem.kind == "surround" for problem in found]) >= 0.9
    assert "fill the picture" in max(found, key=lambda problem: problem.kind).message


def test_irregular_field_asks_to_fill_the_picture(samples) -> None:
    corners = [[150, 20], [165, 95], [240, 110], [165, 125], [150, 205], [135, 125], [60, 110]]
    star = np.array([*corners, [135, 95]], np.int32)
    for sample in samples:
        photo = read_image(sample.path)
        mask = cv2.fillPoly(np.zeros(photo.shape, np.uint8), [star], (1, 1, 1))
        lit = photo[mask[..., 0] > 0].mean() > 80
        assert "surround" in list_kinds(photo * mask) or not lit, sample.image_id


def test_small_photo_is_not_blurred_because_it_is_enlarged(samples) -> None:
    for sample in samples:
        photo = read_image(sample.path)
        small = photo[45:180, 82:217]
        assert "blurred" not in list_kinds(small)
        assert "blurred" in list_kinds(cv2.GaussianBlur(small, (0, 0), 4))


@pytest.mark.parametrize("tone", [(214, 170, 145), (120, 40, 30), (240, 225, 210)])
@pytest.mark.parametrize("share", [0.4, 0.5, 0.6])
@pytest.mark.parametrize("noise", [0, 3])
def test_a_lesion_in_an_even_surround_like_skin_is_not_called_grey(
    samples: tuple[Sample, ...], tone: tuple[int, int, int], share: float, noise: float
) -> None:
    rng = np.random.default_rng(1)
    for sample in samples[::4]:
        photo = read_image(sample.path)
        height, width = photo.shape[:2]
        around = rng.normal(tone, noise, photo.shape).clip(0, 255).astype(np.uint8)
        disc = np.zeros((height, width), np.uint8)
        cv2.circle(disc, (width // 2, height // 2), int(share * min(height, width) / 2), 1, -1)
        around[disc > 0] = photo[disc > 0]
        for picture in (around, compress(around, 90)):
            kinds = list_kinds(picture)
            assert "no-colour" not in kinds, sample.image_id
            # Where the surround is found, it goes, and the field may be large enough.
            assert "surround" in kinds or find_field_of_view(picture), sample.image_id


@pytest.mark.parametrize("surround", [0, 128, 255])
@pytest.mark.parametrize("side", ["wide", "tall"])
@pytest.mark.parametrize("thickness", [20, 30, 44, 60, 90])
def test_a_thin_strip_is_no_photo_of_a_lesion(surround: int, side: str, thickness: int) -> None:
    picture = np.full((900, 1600, 3), surround, np.uint8)
    picture[450 - thickness // 2 : 450 + thickness // 2, 450:1150] = (150, 70, 50)
    if side == "tall":
        picture = np.ascontiguousarray(picture.transpose(1, 0, 2))
    assert not assess_quality(picture).ok
    square = crop_to_field_of_view(picture)
    assert (square == (150, 70, 50)).all(axis=2).any()  # the strip is still there
