"""A surround of any even colour is found, and skin is never taken for one."""

import cv2
import numpy as np
import pytest

from qana.data.samples import load_all_samples, load_samples
from qana.data.surrounds import make_circle
from qana.imaging import read_image
from qana.imaging.field_of_view import find_field_of_view
from qana.inference.classifier import AkidaClassifier

TONES = {
    "light grey": (211, 211, 211),
    "grey": (128, 128, 128),
    "cream": (250, 245, 230),
    "light blue": (200, 220, 255),
    "navy": (0, 0, 80),
    "green": (30, 60, 40),
}


@pytest.fixture(scope="module")
def photos() -> list[np.ndarray]:
    return [read_image(sample.path) for sample in load_samples()]


def surround(photo: np.ndarray, tone: tuple[int, int, int], share: float, quality: int):
    inside = make_circle(*photo.shape[:2], share)[..., None]
    picture = np.where(inside, photo, np.uint8(tone))
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


@pytest.mark.parametrize("share", [0.6, 0.75, 0.9])
@pytest.mark.parametrize("tone", TONES.values(), ids=TONES.keys())
def test_the_lit_circle_is_found_on_any_even_colour(photos, tone, share: float) -> None:
    missed = 0
    for number, photo in enumerate(photos):
        field = find_field_of_view(surround(photo, tone, share, (85, 95)[number % 2]))
        side = share * min(photo.shape[:2])
        missed += field is None or abs(field.height - side) > 0.03 * min(photo.shape[:2])
    assert missed <= len(photos) // 10  # a lesion of the surround's tone at the border


@pytest.mark.parametrize("tone", TONES.values(), ids=TONES.keys())
def test_the_answer_is_that_on_black(photos, classifier: AkidaClassifier, tone) -> None:
    changed = 0
    for photo in photos[::2]:
        colour, black = (
            classifier.classify(surround(photo, one, 0.7, 95)) for one in (tone, (0, 0, 0))
        )
        changed += abs(colour.malignant_probability - black.malignant_probability) > 0.15
    assert changed <= 1


def test_plain_photos_have_no_such_surround() -> None:
    for sample in load_all_samples():
        field = find_field_of_view(read_image(sample.path))
        assert field is None or field.tone != "plain", sample.image_id


@pytest.mark.parametrize("skin", [(205, 160, 140), (240, 205, 190), (150, 105, 85), (95, 60, 45)])
def test_a_drawn_lesion_on_even_skin_is_no_lit_field(skin) -> None:
    picture = np.random.default_rng(0).normal(skin, 2, (300, 400, 3))
    inside = make_circle(300, 400, 0.5)[..., None]
    drawn = np.where(inside, np.multiply(skin, 0.4), picture).clip(0, 255).astype(np.uint8)
    assert find_field_of_view(drawn) is None
