"""The lit field is found in every kind of surround, and ordinary photos stay as they are."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest

from qana.data.samples import Sample, load_samples
from qana.data.surrounds import cut_to_circle
from qana.imaging import read_image, to_input
from qana.imaging.field_of_view import crop_to_field_of_view, find_field_of_view

SHAPES = ("circle", "off-centre", "cut by the frame", "ellipse", "rounded rectangle")
SIZES = ((225, 300), (400, 400), (900, 600))


@dataclass(frozen=True)
class Surround:
    """One way in which a surround may look.

    Attributes:
        shape: of the field, one of `SHAPES`.
        tone: grey level of the surround.
        share: size of the field as a share of the shorter side.
        size: height and width of the photo.
        noise: standard deviation of the surround, grey levels.
        shading: share of the light that is lost at the border of the field.
        blur: standard deviation of the blurred border, pixels.
        scale: whether the surround holds a scale and a text.
        quality: of the JPEG file; None for no compression.
    """

    shape: str = "circle"
    tone: int = 0
    share: float = 0.7
    size: tuple[int, int] = (400, 400)
    noise: float = 0
    shading: float = 0
    blur: float = 0
    scale: bool = False
    quality: int | None = None


def list_surrounds() -> list[Surround]:
    """Lists a surround for each pair of a shape and a tone, and one for each other property."""
    pairs = itertools.product(SHAPES, (0, 12, 30, 235, 255))
    found = [
        Surround(shape, tone, size=SIZES[number % 3], share=(0.6, 0.7, 0.8)[number % 3])
        for number, (shape, tone) in enumerate(pairs)
    ]
    for tone in (0, 255):
        plain = Surround(tone=tone)
        found += [
            replace(plain, noise=8),
            replace(plain, blur=1.5),
            replace(plain, scale=True),
            replace(plain, quality=40),
            replace(plain, share=0.4, size=(900, 600)),
            replace(plain, shape="ellipse", noise=4, scale=True, quality=75),
        ]
    return [*found, Surround(shading=0.4), Surround(shape="ellipse", shading=0.3, noise=4, blur=2)]


def draw_field(surround: Surround) -> np.ndarray:
    """Draws the mask of the field: (H, W) uint8, 1 inside."""
    height, width = surround.size
    mask = np.zeros((height, width), np.uint8)
    side = surround.share * min(height, width)
    centre = [width / 2, height / 2]
    if surround.shape == "rounded rectangle":
        radius = round(0.15 * side)
        rows, columns = np.mgrid[:height, :width] + 0.5
        over_x = np.maximum(np.abs(columns - centre[0]) - side / 2 + radius, 0)
        over_y = np.maximum(np.abs(rows - centre[1]) - 0.4 * side + radius, 0)
        return (np.hypot(over_x, over_y) <= radius).astype(np.uint8)
    axes = [side, side]
    if surround.shape == "ellipse":
        axes[0] *= 0.75
    if surround.shape == "off-centre":
        centre = [side / 2 + 2, height - side / 2 - 2]
    if surround.shape == "cut by the frame":
        axes = [1.08 * min(height, width)] * 2
    return cv2.ellipse(mask, (centre, axes, 0), 1, cv2.FILLED)


def draw_surround(photo: np.ndarray, surround: Surround) -> tuple[np.ndarray, np.ndarray]:
    """Puts a photo into a surround: the picture and the true mask of the field."""
    mask = draw_field(surround)
    height, width = mask.shape
    rng = np.random.default_rng(0)
    around = np.full((height, width, 3), surround.tone, np.uint8)
    if surround.scale:
        mark = (255 - surround.tone,) * 3
        for x in range(0, width, width // 20):
            cv2.line(around, (x, height - 2), (x, height - height // 40), mark, 1)
        cv2.putText(around, "12.5 mm", (width // 50, height // 20), 0, height / 900, mark, 1)
    noisy = around + rng.normal(0, surround.noise, around.shape)
    lit = cv2.resize(photo, (width, height)).astype(np.float32)
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 5)[..., None]
    lit *= 1 - surround.shading * np.exp(-distance / (0.06 * min(height, width)))
    weight = mask.astype(np.float32)
    if surround.blur:
        weight = cv2.GaussianBlur(weight, (0, 0), surround.blur)
    picture = np.clip(noisy + weight[..., None] * (lit - noisy), 0, 255).astype(np.uint8)
    if surround.quality is not None:
        data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, surround.quality])[1]
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return picture, mask


def measure_overlap(found: np.ndarray, mask: np.ndarray) -> float:
    """Measures intersection over union of two masks."""
    large = cv2.resize(found, mask.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return float((large & mask).sum() / (large | mask).sum())


@pytest.fixture(scope="module")
def photos() -> list[np.ndarray]:
    """The first photo of each class."""
    firsts: dict[str, Sample] = {}
    for sample in load_samples():
        firsts.setdefault(sample.label, sample)
    return [read_image(sample.path) for sample in firsts.values()]


@pytest.mark.parametrize("surround", list_surrounds(), ids=str)
def test_field_is_found_in_every_surround(photos: list[np.ndarray], surround: Surround) -> None:
    overlaps = []
    for photo in photos:
        picture, mask = draw_surround(photo, surround)
        field = find_field_of_view(picture)
        overlaps.append(0.0 if field is None else measure_overlap(field.mask, mask))
        assert field is None or field.tone == ("dark" if surround.tone < 128 else "bright")
    assert sum(overlap > 0.93 for overlap in overlaps) >= len(overlaps) - 1  # one dark lesion


@pytest.mark.parametrize("surround", list_surrounds()[::3], ids=str)
def test_crop_keeps_the_field_and_no_surround(photos, surround: Surround) -> None:
    if surround.shape == "cut by the frame":
        return
    picture, mask = draw_surround(photos[0], surround)
    x, y, width, height = cv2.boundingRect(mask)
    cropped = crop_to_field_of_view(picture)
    tolerance = 0.03 * max(picture.shape)
    assert cropped.shape[0] == pytest.approx(height, abs=tolerance)
    assert cropped.shape[1] == pytest.approx(width, abs=tolerance)
    colours = np.concatenate([cropped[:3, :3], cropped[-3:, -3:]]).reshape(-1, 3).astype(int)
    skin = np.median(picture[mask > 0], axis=0)
    assert np.abs(colours - skin).max() < np.abs(skin - surround.tone).mean()
    middle = np.s_[y + height // 2, x + width // 2]
    inner = crop_to_field_of_view(picture)[height // 2, width // 2].astype(int)
    assert np.abs(inner - picture[middle]).max() < 60


def darken(photo: np.ndarray, depth: float) -> np.ndarray:
    """Lets the light fall off toward the corners, with the skin still visible."""
    rows, columns = np.mgrid[-1 : 1 : photo.shape[0] * 1j, -1 : 1 : photo.shape[1] * 1j]
    return (
        photo * (1 - depth * np.clip(np.hypot(rows, columns) / 1.42, 0, 1) ** 2)[..., None]
    ).astype(np.uint8)


ORDINARY: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as it is": lambda photo: photo,
    "enlarged": lambda photo: cv2.resize(photo, None, fx=4, fy=4),
    "light falls off": lambda photo: darken(photo, 0.7),
    "light falls off to black": lambda photo: darken(photo, 0.95),
    "overexposed": lambda photo: np.clip(photo * 1.5, 0, 255).astype(np.uint8),
    "badly overexposed": lambda photo: np.clip(photo * 2.2, 0, 255).astype(np.uint8),
    "dark": lambda photo: (photo * 0.3).astype(np.uint8),
    "very dark": lambda photo: (photo * 0.12).astype(np.uint8),
    "dark skin": lambda photo: (photo * np.array([0.45, 0.33, 0.27])).astype(np.uint8),
    "light skin": lambda photo: (255 - (255 - photo.astype(float)) * 0.3).astype(np.uint8),
    "grey": lambda photo: np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2),
    "the lesion alone": lambda photo: photo[70:-70, 95:-95],
}


@pytest.mark.parametrize("change", ORDINARY.values(), ids=ORDINARY.keys())
def test_ordinary_photo_stays_as_it_is(samples, change) -> None:
    for sample in samples:
        photo = change(read_image(sample.path))
        assert crop_to_field_of_view(photo) is photo, sample.image_id


def test_dark_corners_do_not_crop_a_photo(photos: list[np.ndarray]) -> None:
    for photo in photos:
        corners = cut_to_circle(photo, 1.25, 0)
        assert crop_to_field_of_view(corners) is corners


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (3, 3), (15, 40), (2000, 2)])
@pytest.mark.parametrize("tone", [0, 128, 255])
def test_picture_without_a_field_has_none(shape: tuple[int, int], tone: int) -> None:
    assert find_field_of_view(np.full((*shape, 3), tone, np.uint8)) is None


def test_second_crop_changes_nothing(photos: list[np.ndarray]) -> None:
    for photo, tone in itertools.product(photos, (0, 255)):
        once = crop_to_field_of_view(cut_to_circle(photo, 0.7, tone))
        assert crop_to_field_of_view(once) is once


@pytest.mark.parametrize("tone", [0, 255])
def test_network_reads_the_field(photos: list[np.ndarray], tone: int) -> None:
    for photo in photos:
        alone = to_input(photo[45:180, 82:217], 128).astype(int)
        cut = to_input(cut_to_circle(photo, 0.6, tone), 128).astype(int)
        assert np.abs(cut - alone)[24:104, 24:104].mean() < 6


def test_search_is_fast_on_a_large_photo() -> None:
    photo = np.full((6000, 8000, 3), 180, np.uint8)
    cv2.circle(photo, (4000, 3000), 2400, (150, 90, 80), -1)
    find_field_of_view(photo)
    start = time.perf_counter()
    find_field_of_view(photo)
    assert time.perf_counter() - start < 0.5  # a few ms on an idle machine
