"""A diagnosis leaves nothing behind and carries the network that gave it."""

import io
import sys

import numpy as np
import pytest
from PIL import Image

from qana.classes import BY_CODE, CLASSES, LABELS
from qana.errors import ExplanationError
from qana.explanation.explain import explain_diagnosis
from qana.imaging import read_image
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
