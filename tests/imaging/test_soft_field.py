"""A lit field without a step at its border is found, and no overexposed photo is taken for one."""

import itertools

import cv2
import numpy as np
import pytest

from qana.data.samples import Sample, load_all_samples, load_samples
from qana.imaging import assess_quality, read_image
from qana.imaging.field_of_view import crop_to_field_of_view, find_field_of_view

SIZE = (450, 600)
FADES = (80, 100, 120)


@pytest.fixture(scope="module")
def photos() -> list[np.ndarray]:
    """The first photo of each class, as large as in the official download."""
    firsts: dict[str, Sample] = {}
    for sample in load_samples():
        firsts.setdefault(sample.label, sample)
    return [
        cv2.resize(read_image(sample.path), SIZE[::-1], interpolation=cv2.INTER_CUBIC)
        for sample in firsts.values()
    ]


def fade(
    photo: np.ndarray,
    tone: int,
    share: float,
    width: float,
    shift: tuple[int, int] = (0, 0),
    quality: int | None = None,
) -> np.ndarray:
    """Fades a photo to a tone over so many pixels around a circle, and stores it as JPEG."""
    height, length = photo.shape[:2]
    rows, columns = np.mgrid[:height, :length]
    distance = np.hypot(rows - height / 2 - shift[0], columns - length / 2 - shift[1])
    weight = np.clip((distance - share * height / 2) / width + 0.5, 0, 1)
    weight = (weight * weight * (3 - 2 * weight))[..., None]
    picture = (photo * (1 - weight) + tone * weight).astype(np.uint8)
    if quality is None:
        return picture
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def whiten(photo: np.ndarray, share: float) -> np.ndarray:
    """Makes a photo so pale that only a share of its distance from white is left."""
    return (255 - (255 - photo.astype(np.float32)) * share).astype(np.uint8)


@pytest.mark.parametrize("tone", [0, 255])
@pytest.mark.parametrize("width", FADES)
@pytest.mark.parametrize("quality", [None, 75])
def test_a_field_that_fades_is_found(photos, tone: int, width: int, quality: int | None) -> None:
    found = []
    for photo, share in itertools.product(photos, (0.7, 0.85)):
        picture = fade(photo, tone, share, width, (10, -15), quality)
        field = find_field_of_view(picture)
        kinds = {problem.kind for problem in assess_quality(picture).problems}
        found.append(field is not None and field.cropped and field.width < 0.75 * SIZE[1])
        assert field is None or field.tone == ("dark" if tone == 0 else "bright")
        assert found[-1] or "surround" in kinds
        assert not kinds & {"dark", "overexposed"}
    assert np.mean(found) >= 0.9


@pytest.mark.parametrize("tone", [0, 255])
def test_the_crop_of_a_field_that_fades_holds_no_surround(photos, tone: int) -> None:
    for photo in photos:
        crop = crop_to_field_of_view(fade(photo, tone, 0.8, 100)).astype(np.float32)
        rim = np.concatenate([crop[:4].reshape(-1, 3), crop[-4:].reshape(-1, 3)])
        skin = np.median(crop.reshape(-1, 3), axis=0)
        assert np.abs(rim.mean(axis=0) - skin).max() < 0.5 * np.abs(skin - tone).max()


@pytest.mark.parametrize("share", [0.25, 0.35])
@pytest.mark.parametrize("size", [0.6, 0.8])
def test_a_white_surround_of_pale_skin_is_no_glare(photos, share: float, size: float) -> None:
    for photo in photos:
        picture = fade(whiten(photo, share), 255, size, 1, quality=95)
        kinds = {problem.kind for problem in assess_quality(picture).problems}
        assert "overexposed" not in kinds
        assert find_field_of_view(picture) is not None or "surround" in kinds


@pytest.mark.parametrize("gain", [1.5, 1.8, 2.2, 2.6])
def test_an_overexposed_lesion_is_no_lit_field(gain: float) -> None:
    for sample in load_all_samples():
        photo = np.clip(read_image(sample.path) * gain, 0, 255).astype(np.uint8)
        assert crop_to_field_of_view(photo) is photo, sample.image_id


@pytest.mark.parametrize("depth", [0.7, 0.95, 1])
def test_light_that_falls_off_is_no_lit_field(depth: float) -> None:
    for sample in load_all_samples():
        photo = read_image(sample.path)
        rows, columns = np.mgrid[-1 : 1 : photo.shape[0] * 1j, -1 : 1 : photo.shape[1] * 1j]
        light = 1 - depth * (rows**2 + columns**2) / 2
        dimmed = (photo * light[..., None]).astype(np.uint8)
        assert crop_to_field_of_view(dimmed) is dimmed, sample.image_id
