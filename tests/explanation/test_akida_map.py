"""The map from Akida's integers: the engine's own, adds up to the answer, one tap on Scan."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from qana.classes import BY_CODE, LABELS
from qana.errors import ExplanationError
from qana.explanation.akida_map import AkidaMap
from qana.explanation.heatmap import draw_channel, normalize_map, overlay_map, resize_map
from qana.imaging import read_image
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import diagnose

APP = str(Path(__file__).parents[2] / "streamlit_app.py")


@pytest.fixture(scope="module")
def head(classifier) -> AkidaMap:
    return AkidaMap(classifier.layers)


@pytest.fixture(scope="module")
def predictions(classifier, samples) -> list:
    return [classifier.classify(read_image(sample.path)) for sample in samples]


def test_pooling_the_map_gives_the_engine_s_own_integers_to_the_bit(head, predictions) -> None:
    for prediction in predictions:
        pooled = np.floor(head.features(prediction.outputs).sum(axis=(0, 1)) + 0.5)
        assert np.array_equal(pooled.clip(0, 127), prediction.outputs[head.pooled].reshape(-1))


def test_the_places_and_the_bias_add_up_to_the_logits(head, predictions) -> None:
    half = 0.5 * np.abs(head.head).sum(axis=0)  # what rounding each average can be off by
    for prediction in predictions:
        if prediction.outputs[head.pooled].max() < 127:  # the rest is cut off by the engine
            total = head.evidence(prediction.outputs).sum(axis=(0, 1)) + head.bias
            assert (np.abs(total - prediction.logits) <= half).all()
            assert np.abs(total - prediction.logits).max() < 0.05


def test_on_akida_1_each_integer_is_shared_out_among_the_places_and_nothing_is_left(
    samples,
) -> None:
    classifier = load_classifier("akd1000")
    head = AkidaMap(classifier.layers)
    for sample in samples:
        prediction = classifier.classify(read_image(sample.path))
        shared = head.features(prediction.outputs)
        assert shared.min() >= 0
        pooled = prediction.outputs[head.pooled].reshape(-1)
        np.testing.assert_allclose(shared.sum(axis=(0, 1)), pooled, atol=1e-9)
        total = head.evidence(prediction.outputs).sum(axis=(0, 1)) + head.bias
        np.testing.assert_allclose(total, prediction.logits, atol=1e-5)


def test_the_map_never_speaks_against_its_class(head, predictions) -> None:
    for prediction in predictions:
        for label in range(len(LABELS)):
            assert head.grad_cam(prediction.outputs, label).min() >= 0


def test_a_model_without_such_a_head_is_told_so(classifier) -> None:
    with pytest.raises(ExplanationError, match="no average and a linear layer"):
        AkidaMap(classifier.layers[:-1])


def test_a_flat_map_is_no_map() -> None:
    assert not normalize_map(np.full((8, 8), 3.0)).any()
    assert normalize_map(np.array([[-1.0, 3.0]])).tolist() == [[0, 1]]


def test_the_bright_place_of_the_map_is_that_of_the_photo() -> None:
    values = np.zeros((8, 8))
    values[1, 6] = 1
    top = np.unravel_index(resize_map(values, 128).argmax(), (128, 128))
    assert top[0] // 16 == 1 and top[1] // 16 == 6
    photo = np.full((128, 128, 3), 100, np.uint8)
    assert np.array_equal(overlay_map(photo, values, opacity=0), photo)
    painted = overlay_map(photo, values, opacity=1).astype(int).sum(axis=-1)
    assert np.unravel_index(painted.argmax(), painted.shape)[0] // 16 == 1


def captions(app: AppTest) -> list[str]:
    """What stands below each picture."""
    return [image.proto.imgs[0].caption for image in app.get("image")]


def test_one_tap_on_scan_shows_the_map_of_the_answer(sure_samples, classifier, head) -> None:
    sample = sure_samples[0]
    app = AppTest.from_file(APP, default_timeout=30).run()
    app.button(key=sample.image_id).click().run()
    assert not any("spoke more for" in caption for caption in captions(app))
    app.toggle(key="map").set_value(True).run()
    assert not app.exception
    code = diagnose(read_image(sample.path), classifier).prediction.top[0][0]
    (caption,) = filter(None, captions(app))
    assert f"spoke more for {BY_CODE[code].name.lower()}" in caption


def test_a_silent_channel_is_black_and_one_that_sends_everywhere_is_bright() -> None:
    silent, even = np.zeros((4, 4)), np.full((4, 4), 7.0)
    assert draw_channel(silent, 8).max() < 10
    assert draw_channel(even, 8).min(axis=(0, 1)).max() > 200
