"""Why not the other: the difference of two maps adds up to the difference of their logits."""

import numpy as np
import pytest

from qana.classes import LABELS
from qana.data.samples import Sample
from qana.errors import ExplanationError
from qana.explanation.class_contrast import contrast_classes
from qana.explanation.heatmap import NEGATIVE, POSITIVE, overlay_difference
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.diagnosis import Diagnosis, diagnose


@pytest.fixture(scope="module", params=["akida2", "akd1000"])
def diagnoses(request: pytest.FixtureRequest, samples: tuple[Sample, ...]) -> list[Diagnosis]:
    classifier = load_classifier(request.param)
    return [diagnose(read_image(one.path), classifier, force=True) for one in samples[::5]]


def test_the_places_add_up_to_the_difference_of_the_logits(diagnoses: list[Diagnosis]) -> None:
    for diagnosis in diagnoses:
        logits = diagnosis.prediction.logits
        for first, second in (("mel", "nv"), ("bcc", "akiec")):
            found = contrast_classes(diagnosis, first, second)
            expected = logits[LABELS.index(first)] - logits[LABELS.index(second)]
            # Akida rounds the average of each channel to an integer. The map has no rounding.
            assert abs(found.total - expected) < 0.25
            turned = contrast_classes(diagnosis, second, first)
            assert np.array_equal(turned.difference, -found.difference)
            assert turned.total == pytest.approx(-found.total)


def test_each_class_has_its_nearest_case(diagnoses: list[Diagnosis]) -> None:
    if diagnoses[0].classifier.entry.cases is None:
        pytest.skip("the network has no reference cases yet")
    for diagnosis in diagnoses:
        found = contrast_classes(diagnosis, "df", "nv")
        assert [case.label for case in found.cases] == ["df", "nv"]


def test_wrong_use_is_one_sentence(diagnoses: list[Diagnosis], classifier: AkidaClassifier) -> None:
    for first, second in (("nv", "nv"), ("nv", "scc"), ("", "mel")):
        with pytest.raises(ExplanationError, match="two different classes"):
            contrast_classes(diagnoses[0], first, second)
    rejected = diagnose(np.zeros((300, 300, 3), np.uint8), classifier)
    with pytest.raises(ExplanationError, match="rejected"):
        contrast_classes(rejected, "mel", "nv")


def test_the_drawing_has_one_colour_for_each_sign() -> None:
    photo = np.full((64, 64, 3), 128, np.uint8)
    values = np.zeros((8, 8))
    values[0, 0], values[7, 7] = 4.0, -2.0
    drawn = overlay_difference(photo, values, opacity=1.0)
    assert drawn[0, 0].tolist() == list(POSITIVE)
    half = (np.array(NEGATIVE) + 128) / 2
    assert np.abs(drawn[-1, -1] - half).max() <= 1
    assert drawn[32, 32].tolist() == [128, 128, 128]
    assert np.array_equal(overlay_difference(photo, np.zeros((8, 8))), photo)
