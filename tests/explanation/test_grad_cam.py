"""Tests of grad-cam on Keras networks against grad-cam on torch and against the Akida map."""

import copy
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("TQDM_DISABLE", "1")
tf = pytest.importorskip("tensorflow")
torch = pytest.importorskip("torch")
keras = pytest.importorskip("tf_keras")

from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget  # noqa: E402

from qana.errors import ExplanationError  # noqa: E402
from qana.explanation.akida_map import AkidaMap  # noqa: E402
from qana.explanation.grad_cam import METHODS, compute_maps  # noqa: E402
from qana.explanation.heatmap import normalize_map, resize_map  # noqa: E402
from qana.explanation.keras_gradients import KerasNetwork  # noqa: E402
from qana.inference.manifest import find_entry  # noqa: E402
from qana.network.builders import build_network  # noqa: E402
from qana.network.keras_forms import load_keras_form  # noqa: E402
from qana.network.torch_network import TorchNetwork  # noqa: E402

LAST = "head_features_relu"
CLASSES = np.arange(63) % 7


@pytest.fixture(scope="module", autouse=True)
def eagerly() -> Iterator[None]:
    """Building the graphs would take longer than the few runs here."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def network(keras_forms) -> KerasNetwork:
    return KerasNetwork(keras_forms["float"], ["attention80_add", LAST])


@pytest.fixture(scope="module")
def twin(keras_forms) -> TorchNetwork:
    return TorchNetwork(keras_forms["float"])


def in_double_precision(network: Any) -> Any:
    """The same Keras network, calculating in float64."""

    def doubled(config: Any) -> Any:
        if isinstance(config, dict):
            return {
                key: "float64" if (key, value) == ("dtype", "float32") else doubled(value)
                for key, value in config.items()
            }
        return [doubled(one) for one in config] if isinstance(config, list | tuple) else config

    made = keras.Model.from_config(doubled(network.get_config()))
    made.set_weights(network.get_weights())
    return made


def channels_first(photos: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(photos.transpose(0, 3, 1, 2).astype(np.float32))


def natively(twin: TorchNetwork, method: str, layer: str, photos: np.ndarray) -> np.ndarray:
    """The package's own hooks on a torch layer."""
    targets = [ClassifierOutputTarget(int(label)) for label in CLASSES[: len(photos)]]
    dtype = next(twin.parameters()).dtype
    return METHODS[method](twin, [twin.steps[layer]])(channels_first(photos).to(dtype), targets)


def test_the_twin_is_the_same_network(keras_forms, twin, square_photos) -> None:
    expected = keras_forms["float"].predict(square_photos.astype(np.float32), verbose=0)
    found = twin(channels_first(square_photos)).detach().numpy()
    assert np.abs(expected - found).max() < 1e-4


def test_the_network_for_akida_1_has_a_twin_too(square_photos) -> None:
    network = load_keras_form(find_entry("akd1000"), "float")
    expected = network.predict(square_photos.astype(np.float32), verbose=0)
    found = TorchNetwork(network)(channels_first(square_photos)).detach().numpy()
    assert np.abs(expected - found).max() < 1e-4


def test_a_network_with_other_layers_has_no_twin() -> None:
    with pytest.raises(ValueError, match="no torch module"):
        TorchNetwork(build_network("published"))


OTHER_METHODS = [
    pytest.param(method, marks=pytest.mark.slow)
    for method in ("Grad-CAM++", "LayerCAM", "Eigen-CAM")
]


@pytest.mark.parametrize("method", ["Grad-CAM", *OTHER_METHODS])
def test_keras_and_native_hooks_give_the_same_map(network, twin, square_photos, method) -> None:
    found = compute_maps(network, method, LAST, square_photos, CLASSES)
    assert found.shape == (63, 128, 128)
    assert np.abs(found - natively(twin, method, LAST, square_photos)).max() < 1e-4


EARLY = [
    ("LayerCAM", "block3_depthwise_relu"),
    ("Grad-CAM++", "attention40_add"),
    ("Grad-CAM", "attention80_add"),
]


@pytest.fixture(scope="module")
def doubled(keras_forms) -> KerasNetwork:
    network = in_double_precision(keras_forms["float"])
    return KerasNetwork(network, [layer for _, layer in EARLY])


@pytest.mark.slow
@pytest.mark.parametrize(("method", "layer"), EARLY)
def test_in_double_precision_it_is_the_same_at_early_layers_too(
    doubled, twin, square_photos, method, layer
) -> None:
    """Before the last layer float32 is not enough for this on all photos: a value next to a bound
    of a ReLU6 falls on the other side of it, and a gradient comes or goes. There the hooks in
    float32 are as far from the hooks in float64 as from Keras in float32."""
    photos = square_photos[:21]
    found = compute_maps(doubled, method, layer, photos, CLASSES[:21])
    expected = natively(copy.deepcopy(twin).double(), method, layer, photos)
    assert np.abs(found - expected).max() < 1e-6


def test_score_cam_agrees_too_and_tells_how_far_it_is(network, twin, square_photos) -> None:
    shares: list[float] = []
    layer, photos = "attention80_add", square_photos[:1]
    found = compute_maps(network, "Score-CAM", layer, photos, CLASSES, shares.append)
    assert np.abs(found - natively(twin, "Score-CAM", layer, photos)).max() < 1e-4
    assert shares == sorted(shares) and len(shares) == 5 and shares[-1] == 1


def test_the_akida_map_is_grad_cam_of_the_quantized_network(
    keras_forms, classifier, square_photos
) -> None:
    """Of every photo where both networks carry the same integers. In the others a float32 rounding
    tie of Keras moved one before; from Keras's integers the map is its Grad-CAM there as well."""
    network = KerasNetwork(keras_forms["quantized"], [LAST])
    entering = keras_forms["quantized"].get_layer("head_mix_relu").output
    before = keras.Model(keras_forms["quantized"].inputs, entering)
    head = AkidaMap(classifier.layers)
    same = 0
    # All at once would keep gigabytes of gradients.
    for part in np.split(np.arange(len(square_photos)), 3):
        photos = square_photos[part]
        expected = compute_maps(network, "Grad-CAM", LAST, photos, CLASSES[part])
        carried = before(tf.constant(photos, tf.float32)).values.numpy()
        for photo, label, integers, theirs in zip(
            photos, CLASSES[part], carried, expected, strict=True
        ):
            outputs = classifier.record_layers(photo)
            from_keras = head.compute_grad_cam({head.input_layer: integers}, int(label))
            assert np.abs(normalize_map(resize_map(from_keras, 128)) - theirs).max() < 1e-4
            ours = normalize_map(resize_map(head.compute_grad_cam(outputs, int(label)), 128))
            if np.array_equal(outputs[head.input_layer], integers):
                same += 1
                assert np.abs(ours - theirs).max() < 1e-4
            assert np.abs(ours - theirs).max() < 0.2
    assert same >= 50


def test_what_does_not_exist_is_said(network, keras_forms, square_photos) -> None:
    for method, layer in (("Nothing-CAM", LAST), ("Grad-CAM", "nowhere")):
        with pytest.raises(ExplanationError, match="choose one of"):
            compute_maps(network, method, layer, square_photos[:1], CLASSES)
    with pytest.raises(ExplanationError, match="'logits' that gives a map"):
        KerasNetwork(keras_forms["float"], ["logits"])
