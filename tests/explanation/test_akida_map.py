"""Tests of the map from Akida's integers, of heat maps, and of the map on the page Scan."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE, LABELS
from qana.errors import ExplanationError
from qana.explanation.akida_map import AkidaMap
from qana.explanation.answer_map import draw_answer_map
from qana.explanation.explain import explain_diagnosis
from qana.explanation.heatmap import (
    draw_channel,
    is_empty_map,
    normalize_map,
    overlay_map,
    resize_map,
)
from qana.imaging import read_image
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import diagnose

APP = str(Path(__file__).parents[2] / "streamlit_app.py")


@pytest.fixture(scope="module")
def akida_map(classifier) -> AkidaMap:
    return AkidaMap(classifier.layers)


@pytest.fixture(scope="module")
def predictions(classifier, samples) -> list:
    return [classifier.classify(read_image(sample.path)) for sample in samples]


def test_the_sum_of_the_map_is_the_integer_of_the_engine(akida_map, predictions) -> None:
    for prediction in predictions:
        pooled = np.floor(akida_map.compute_features(prediction.outputs).sum(axis=(0, 1)) + 0.5)
        assert np.array_equal(
            pooled.clip(0, 127), prediction.outputs[akida_map.pooled_layer].reshape(-1)
        )


def test_evidence_and_bias_add_up_to_the_logits(akida_map, predictions) -> None:
    half = 0.5 * np.abs(akida_map.weights).sum(axis=0)  # largest rounding error of the averages
    for prediction in predictions:
        if (
            prediction.outputs[akida_map.pooled_layer].max() < 127
        ):  # the engine limits larger values
            total = akida_map.compute_evidence(prediction.outputs).sum(axis=(0, 1)) + akida_map.bias
            assert (np.abs(total - prediction.logits) <= half).all()
            assert np.abs(total - prediction.logits).max() < 0.05


def test_on_akida_1_each_integer_is_distributed_over_the_places(
    samples,
) -> None:
    classifier = load_classifier("akd1000")
    akida_map = AkidaMap(classifier.layers)
    for sample in samples:
        prediction = classifier.classify(read_image(sample.path))
        shared = akida_map.compute_features(prediction.outputs)
        assert shared.min() >= 0
        pooled = prediction.outputs[akida_map.pooled_layer].reshape(-1)
        np.testing.assert_allclose(shared.sum(axis=(0, 1)), pooled, atol=1e-9)
        total = akida_map.compute_evidence(prediction.outputs).sum(axis=(0, 1)) + akida_map.bias
        np.testing.assert_allclose(total, prediction.logits, atol=1e-5)


def test_grad_cam_is_never_negative(akida_map, predictions) -> None:
    for prediction in predictions:
        for label in range(len(LABELS)):
            assert akida_map.compute_grad_cam(prediction.outputs, label).min() >= 0


def test_a_model_with_another_head_gets_an_error(classifier) -> None:
    with pytest.raises(ExplanationError, match="does not end in average pooling and a dense layer"):
        AkidaMap(classifier.layers[:-1])


def test_a_constant_map_is_normalized_to_zero() -> None:
    assert not normalize_map(np.full((8, 8), 3.0)).any()
    assert normalize_map(np.array([[-1.0, 3.0]])).tolist() == [[0, 1]]


@pytest.mark.parametrize("size", [1, 2, 4, 7, 16, 128])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [0, -0.25, 3])
def test_a_map_with_no_evidence_is_empty(size: int, dtype: type, value: float) -> None:
    values = np.full((size, size), value, dtype)
    assert is_empty_map(values)
    values[0, 0] -= 1
    assert is_empty_map(values) == (size == 1 or value <= 0)
    values[-1, -1] = 4.5
    assert is_empty_map(values) == (size == 1)


def test_an_answer_that_nothing_supports_has_no_map(
    sure_samples, classifier, akida_map, monkeypatch
) -> None:
    sample = sure_samples[0]
    diagnosis = diagnose(read_image(sample.path), classifier)
    assert draw_answer_map(diagnosis) is not None
    monkeypatch.setattr(AkidaMap, "compute_grad_cam", lambda self, outputs, label: np.zeros((4, 4)))
    assert draw_answer_map(diagnosis) is None
    assert not explain_diagnosis(diagnosis).any()
    app = AppTest.from_file(APP, default_timeout=240).run()
    app.button(key=sample.image_id).click().run()
    app.toggle(key="map").set_value(True).run()
    assert not app.exception
    (caption,) = filter(None, captions(app))
    name = BY_CODE[diagnosis.top[0][0]].name.lower()
    assert caption.startswith(f"Nothing in the photo supports {name}.")
    assert "CC BY-NC" in caption


def test_a_resized_map_keeps_its_place() -> None:
    values = np.zeros((8, 8))
    values[1, 6] = 1
    top = np.unravel_index(resize_map(values, 128).argmax(), (128, 128))
    assert top[0] // 16 == 1 and top[1] // 16 == 6
    photo = np.full((128, 128, 3), 100, np.uint8)
    assert np.array_equal(overlay_map(photo, values, opacity=0), photo)
    painted = overlay_map(photo, values, opacity=1).astype(int).sum(axis=-1)
    assert np.unravel_index(painted.argmax(), painted.shape)[0] // 16 == 1


def captions(app: AppTest) -> list[str]:
    """Returns the caption of each picture."""
    return [image.proto.imgs[0].caption for image in app.get("image")]


def test_a_switch_on_scan_shows_the_map_of_the_answer(sure_samples, classifier, akida_map) -> None:
    sample = sure_samples[0]
    app = AppTest.from_file(APP, default_timeout=240).run()
    app.button(key=sample.image_id).click().run()
    assert not any("Brighter areas support" in caption for caption in captions(app))
    app.toggle(key="map").set_value(True).run()
    assert not app.exception
    code = diagnose(read_image(sample.path), classifier).prediction.top[0][0]
    (caption,) = filter(None, captions(app))
    assert f"Brighter areas support {BY_CODE[code].name.lower()} more" in caption


def test_a_channel_is_black_where_it_is_zero_and_bright_where_it_is_largest() -> None:
    silent, even = np.zeros((4, 4)), np.full((4, 4), 7.0)
    assert draw_channel(silent, 8).max() < 10
    assert draw_channel(even, 8).min(axis=(0, 1)).max() > 200
