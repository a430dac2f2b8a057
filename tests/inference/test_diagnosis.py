"""A diagnosis leaves nothing behind and carries the network that gave it."""

import io
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

from qana.classes import BY_CODE, CLASSES, LABELS
from qana.data.surrounds import crop_to_square, cut_to_circle
from qana.errors import ExplanationError
from qana.explanation.explain import explain_diagnosis
from qana.imaging import read_image, to_input
from qana.imaging.crop import CropBox, crop_to_box
from qana.imaging.quality import NO_COLOUR
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import diagnose, diagnose_again
from qana.inference.temperature import softmax

WRITING = set("wax+")


def test_a_diagnosis_opens_no_file_for_writing(classifier, samples) -> None:
    written: list[object] = []
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and WRITING & set(str(arguments[1] or "")):
            written.append(arguments[0])

    sys.addaudithook(watch)
    kinds = ("JPEG", "PNG", "TIFF", "GIF", "WEBP")
    for kind in kinds:
        data = io.BytesIO()
        Image.open(samples[0].path).save(data, kind)
        written.clear()
        assert diagnose(read_image(data.getvalue()), classifier, force=True).prediction is not None
    watching = False
    assert not written


def test_a_diagnosis_shows_the_square_that_is_classified(classifier, sure_samples) -> None:
    result = diagnose(read_image(sure_samples[0].path), classifier)
    assert result.square.shape == (512, 512, 3)
    assert not result.problems
    assert result.prediction is not None
    assert result.prediction.events > 0


def test_the_classes_are_in_the_one_order_and_grouped() -> None:
    assert LABELS == ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
    look = {lesion.code for lesion in CLASSES if lesion.malignant}
    assert look == {"akiec", "bcc", "mel"}
    assert BY_CODE["nv"].name == "Mole"


@pytest.mark.parametrize("name", ["akida2", "akida2-large", "akd1000"])
def test_a_diagnosis_carries_the_network_that_gave_it(name: str, samples) -> None:
    classifier = load_classifier(name)
    diagnosis = diagnose(read_image(samples[0].path), classifier, force=True)
    assert (diagnosis.model, diagnosis.sha256) == (name, classifier.entry.sha256)
    assert (diagnosis.backend, diagnosis.device) == (classifier.backend, classifier.device)
    assert diagnosis.temperature == classifier.entry.temperature
    expected = softmax(diagnosis.prediction.logits, diagnosis.temperature)
    assert np.array_equal(diagnosis.probabilities, expected)


@pytest.mark.parametrize("name", ["akida2", "akida2-large", "akd1000"])
def test_an_explanation_is_that_of_the_answer(name: str, samples) -> None:
    diagnosis = diagnose(read_image(samples[0].path), load_classifier(name), force=True)
    heat = explain_diagnosis(diagnosis)
    assert heat.dtype == np.float32
    assert heat.shape == (128, 128)
    assert 0 <= heat.min() <= heat.max() <= 1
    assert np.array_equal(heat, explain_diagnosis(diagnosis, diagnosis.top[0][0]))
    assert not np.array_equal(heat, explain_diagnosis(diagnosis, diagnosis.top[1][0]))


def test_what_cannot_be_explained_says_why(classifier, samples) -> None:
    black = np.zeros((300, 300, 3), np.uint8)
    with pytest.raises(ExplanationError, match="was rejected"):
        explain_diagnosis(diagnose(black, classifier))
    diagnosis = diagnose(read_image(samples[0].path), classifier, force=True)
    with pytest.raises(ExplanationError, match="no class 'melanoma'"):
        explain_diagnosis(diagnosis, "melanoma")


def test_another_network_answers_as_for_the_photo_itself(classifier, samples) -> None:
    other = load_classifier("akd1000")
    photo = read_image(samples[0].path)
    again = diagnose_again(diagnose(photo, other, force=True), classifier)
    expected = diagnose(photo, classifier, force=True)
    assert (again.model, again.status) == (expected.model, expected.status)
    assert (again.prediction.logits == expected.prediction.logits).all()
    assert (again.square == expected.square).all()
    assert again.problems == expected.problems


def test_a_rejected_photo_has_nothing_to_classify_again(classifier) -> None:
    rejected = diagnose(np.zeros((200, 200, 3), np.uint8), classifier)
    with pytest.raises(ValueError, match="rejected"):
        diagnose_again(rejected, classifier)


def draw_in_circle(photo: np.ndarray, share: float, tone: int) -> np.ndarray:
    """Draws the middle of a photo, enlarged, in a circle on a square picture of 1024 pixels."""
    square = crop_to_square(photo, 1)
    side = round(1024 * share)
    lit = cv2.resize(square, (side, side), interpolation=cv2.INTER_CUBIC)
    picture = np.full((1024, 1024, 3), tone, np.uint8)
    start = (1024 - side) // 2
    picture[start : start + side, start : start + side] = lit
    return cut_to_circle(picture, share, tone)


@pytest.mark.parametrize(("share", "tone"), [(0.6, 0), (0.7, 255), (0.8, 8), (0.5, 250)])
def test_photo_in_a_surround_gets_the_answer_of_its_field(
    classifier, sure_samples, share: float, tone: int
) -> None:
    same = []
    for sample in sure_samples:
        photo = read_image(sample.path)
        expected = diagnose(photo, classifier)
        found = diagnose(draw_in_circle(photo, share, tone), classifier)
        assert not {"dark", "overexposed", "surround"} & {one.kind for one in found.problems}
        corner = found.square[:20, :20].mean(axis=(0, 1))
        assert np.abs(corner - tone).min() > 20  # no surround is shown
        same.append(found.status != "rejected" and found.top[0][0] == expected.top[0][0])
    assert np.mean(same) >= 0.75


def test_user_crop_comes_before_the_field(classifier, samples) -> None:
    picture = draw_in_circle(read_image(samples[0].path), 0.4, 0)
    box = CropBox(share=0.7)
    whole = diagnose(picture, classifier, force=True)
    chosen = diagnose(crop_to_box(picture, box), classifier, force=True)
    difference = np.abs(whole.square.astype(int) - chosen.square)
    assert difference.mean() < 6
    inside = CropBox(share=0.25)
    closer = diagnose(crop_to_box(picture, inside), classifier, force=True)
    assert np.array_equal(
        closer.prediction.inputs, to_input(crop_to_square(picture, 0.25), classifier.input_size)
    )


def test_photo_without_colour_is_rejected_with_a_sentence(classifier, samples) -> None:
    for sample in samples:
        photo = read_image(sample.path)
        grey = np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
        found = diagnose(grey, classifier)
        assert (found.status, found.reason) == ("rejected", NO_COLOUR.message)
        forced = diagnose(grey, classifier, force=True)
        assert forced.prediction is not None
        assert NO_COLOUR in forced.problems
        assert NO_COLOUR not in diagnose(photo, classifier).problems
