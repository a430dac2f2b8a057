"""The gate also learns enlarged lesions, and photos of another organ in a lit circle."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from qana.data.photo import CLOSE_UP, DERMOSCOPIC, Photo
from qana.data.samples import Sample
from qana.imaging import to_input
from qana.imaging.field_of_view import find_field_of_view
from qana.inference.classifier import load_classifier
from qana.inference.gate import Gate
from qana.training import enlarged_lesions
from qana.training.enlarged_lesions import load_enlarged_inputs
from qana.training.fit_not_a_lesion_gate import Lesions, fit_gate_from_photos
from qana.training.synthetic_outliers import generate_outliers
from tests.doubles.gate_doubles import make_sample_photos


def make_photos(samples: list[Sample], image_type: str) -> list[Photo]:
    return [replace(photo, image_type=image_type) for photo in make_sample_photos(samples)]


def test_photos_through_a_dermatoscope_are_cut_to_squares_and_lit_circles(
    samples, monkeypatch
) -> None:
    cuts = []

    def keep(picture: np.ndarray, size: int) -> np.ndarray:
        cuts.append(picture)
        return to_input(picture, size)

    monkeypatch.setattr(enlarged_lesions, "to_input", keep)
    photos = make_photos(samples, DERMOSCOPIC)
    inputs = load_enlarged_inputs(photos, 128, seed=1)
    assert inputs.shape == (len(photos), 128, 128, 3)
    assert inputs.dtype == np.uint8
    np.testing.assert_array_equal(inputs, load_enlarged_inputs(photos, 128, seed=1))
    fields = [find_field_of_view(cut) for cut in cuts[: len(photos)]]
    tones = Counter(None if field is None else field.tone for field in fields)
    assert tones[None] >= len(photos) / 4
    assert tones["dark"]
    assert tones["bright"]


def test_a_close_up_is_never_put_in_a_circle(samples, monkeypatch) -> None:
    cuts = []
    monkeypatch.setattr(
        enlarged_lesions, "to_input", lambda picture, size: cuts.append(picture) or picture[:9, :9]
    )
    load_enlarged_inputs(make_photos(samples, CLOSE_UP), 128, seed=1)
    assert all(cut.shape[0] == cut.shape[1] for cut in cuts)


def test_the_gate_is_fitted_to_each_lesion_as_it_is_and_enlarged(samples, monkeypatch) -> None:
    given: list[Lesions] = []

    def keep(lesions: Lesions, outliers: dict[str, np.ndarray], held_out: Lesions) -> Gate:
        given.append(lesions)
        return Gate(np.zeros(1), 0.0, 0.0)

    monkeypatch.setattr("qana.training.fit_not_a_lesion_gate.fit_gate", keep)
    photos = make_photos(samples, DERMOSCOPIC)[:4]
    classifier = load_classifier("akida2")
    fit_gate_from_photos(classifier, photos, Lesions(photos, np.zeros((4, 1))), lambda line: None)
    assert Counter(one.image_id for one in given[0].photos) == {one.image_id: 2 for one in photos}
    assert len(given[0].features) == 8
    assert (given[0].features[:4] != given[0].features[4:]).any(axis=1).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_back_of_an_eye_is_a_lit_circle_of_red(seed: int) -> None:
    pictures = generate_outliers("fundus", 10, seed)
    assert {picture.shape for picture in pictures} == {(256, 256, 3)}
    fields = [find_field_of_view(picture) for picture in pictures]
    assert sum(field is not None and field.tone == "dark" for field in fields) >= 7
    middles = np.stack([picture[64:192, 64:192].mean(axis=(0, 1)) for picture in pictures])
    assert (middles[:, 0] >= middles[:, 2]).all()  # red before blue, or grey
