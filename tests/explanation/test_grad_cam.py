"""Tests of grad-cam in Keras against grad-cam on torch layers and against the Akida map."""

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
from qana.explanation.grad_cam import METHODS  # noqa: E402
from qana.explanation.heatmap import normalize_map, resize_map  # noqa: E402
from qana.explanation.keras_grad_cam import compute_keras_maps  # noqa: E402
from qana.explanation.keras_gradients import KerasNetwork  # noqa: E402
from qana.inference.manifest import find_entry  # noqa: E402
from qana.network.builders import build_network  # noqa: E402
from qana.network.keras_forms import load_keras_form  # noqa: E402
from qana.network.torch_network import TorchNetwork  # noqa: E402

pytestmark = pytest.mark.slow  # loads TensorFlow and torch and compares them on all photos

LAST = "head_features_relu"
CLASSES = np.arange(63) % 7


@pytest.fixture(scope="module", autouse=True)
def run_eagerly() -> Iterator[None]:
    """Runs TensorFlow eagerly: building graphs would take longer than the few runs here."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def network(keras_forms) -> KerasNetwork:
    return KerasNetwork(keras_forms["float"], ["attention80_add", LAST])


@pytest.fixture(scope="module")
def torch_network(keras_forms) -> TorchNetwork:
    return TorchNetwork(keras_forms["float"])


def convert_to_float64(network: Any) -> Any:
    """Makes a copy of a Keras network that computes in float64."""

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


def to_channels_first(photos: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(photos.transpose(0, 3, 1, 2).astype(np.float32))


def compute_native_maps(
    torch_network: TorchNetwork, method: str, layer: str, photos: np.ndarray
) -> np.ndarray:
    """Computes maps with the package's own hooks on a torch layer."""
    targets = [ClassifierOutputTarget(int(label)) for label in CLASSES[: len(photos)]]
    dtype = next(torch_network.parameters()).dtype
    return METHODS[method](torch_network, [torch_network.steps[layer]])(
        to_channels_first(photos).to(dtype), targets
    )


def test_the_torch_network_gives_the_logits_of_keras(
    keras_forms, torch_network, square_photos
) -> None:
    expected = keras_forms["float"].predict(square_photos.astype(np.float32), verbose=0)
    found = torch_network(to_channels_first(square_photos)).detach().numpy()
    assert np.abs(expected - found).max() < 1e-4


def test_the_torch_network_for_akida_1_gives_the_logits_of_keras(square_photos) -> None:
    network = load_keras_form(find_entry("akd1000"), "float")
    expected = network.predict(square_photos.astype(np.float32), verbose=0)
    found = TorchNetwork(network)(to_channels_first(square_photos)).detach().numpy()
    assert np.abs(expected - found).max() < 1e-4


def test_a_network_with_other_layers_gets_an_error() -> None:
    with pytest.raises(ValueError, match="no torch module"):
        TorchNetwork(build_network("published"))


@pytest.mark.parametrize("method", ["Grad-CAM", "Grad-CAM++", "LayerCAM", "Eigen-CAM"])
def test_keras_and_native_hooks_give_the_same_map(
    network, torch_network, square_photos, method
) -> None:
    found = compute_keras_maps(network, method, LAST, square_photos, CLASSES)
    assert found.shape == (63, 128, 128)
    assert (
        np.abs(found - compute_native_maps(torch_network, method, LAST, square_photos)).max() < 1e-4
    )


EARLY = [
    ("LayerCAM", "block1_expand_relu"),
    ("Grad-CAM++", "attention40_add"),
    ("Grad-CAM", "attention80_add"),
]


@pytest.fixture(scope="module")
def doubled(keras_forms) -> KerasNetwork:
    network = convert_to_float64(keras_forms["float"])
    return KerasNetwork(network, [layer for _, layer in EARLY])


@pytest.mark.parametrize(("method", "layer"), EARLY)
def test_in_float64_early_layers_agree_too(
    doubled, torch_network, square_photos, method, layer
) -> None:
    """Compares in float64, because float32 is not enough before the last layer.

    A value next to a bound of a ReLU6 may round to the other side, which changes the gradient. The
    hooks in float32 differ from the hooks in float64 as much as Keras in float32 does.
    """
    photos = square_photos[:21]
    found = compute_keras_maps(doubled, method, layer, photos, CLASSES[:21])
    expected = compute_native_maps(copy.deepcopy(torch_network).double(), method, layer, photos)
    assert np.abs(found - expected).max() < 1e-6


def test_score_cam_agrees_and_reports_progress(network, torch_network, square_photos) -> None:
    shares: list[float] = []
    layer, photos = "attention80_add", square_photos[:1]
    found = compute_keras_maps(network, "Score-CAM", layer, photos, CLASSES, shares.append)
    assert (
        np.abs(found - compute_native_maps(torch_network, "Score-CAM", layer, photos)).max() < 1e-4
    )
    assert shares == sorted(shares) and len(shares) == 5 and shares[-1] == 1


def test_the_akida_map_is_grad_cam_of_the_quantized_network(
    keras_forms, classifier, square_photos
) -> None:
    """Compares all photos for which both networks compute the same integers.

    For the others, a float32 rounding tie in Keras changed an earlier integer. With the integers of
    Keras, the Akida map equals Grad-CAM for them too.
    """
    network = KerasNetwork(keras_forms["quantized"], [LAST])
    entering = keras_forms["quantized"].get_layer("head_mix_relu").output
    before = keras.Model(keras_forms["quantized"].inputs, entering)
    head = AkidaMap(classifier.layers)
    same = 0
    # All photos at once would need gigabytes for the gradients.
    for part in np.split(np.arange(len(square_photos)), 3):
        photos = square_photos[part]
        expected = compute_keras_maps(network, "Grad-CAM", LAST, photos, CLASSES[part])
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


def test_an_unknown_method_or_layer_gets_an_error(network, keras_forms, square_photos) -> None:
    for method, layer in (("Nothing-CAM", LAST), ("Grad-CAM", "nowhere")):
        with pytest.raises(ExplanationError, match="choose one of"):
            compute_keras_maps(network, method, layer, square_photos[:1], CLASSES)
    with pytest.raises(ExplanationError, match="'logits' that gives a map"):
        KerasNetwork(keras_forms["float"], ["logits"])
