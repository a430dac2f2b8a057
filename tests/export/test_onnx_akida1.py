"""The ONNX export of a network for Akida 1.0 gives the integers of the simulator bit for bit."""

from typing import Any

import akida
import numpy as np
import pytest

from qana.export.akida_layers import ExportError
from qana.export.onnx_network import OnnxNetwork, compute_layer_integers, export_onnx
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.events import LayerRecorder

SMALL = (29, 29, 3)
FOUR_BITS = {"weights_bits": 4, "act_bits": 4}
CHANGES = [
    ("block0_sep", "threshold", 300),
    ("block3_sep", "weights_pw", 1),
    ("block5_expand_conv", "act_step", 9.0),
    ("head_average_conv", "threshold", 400),
    ("logits", "weights", 1),
]
"""Layer, variable, and the number that is added to its middle value."""


@pytest.fixture(scope="module")
def akd1000() -> AkidaClassifier:
    return load_classifier("akd1000")


@pytest.fixture
def network(akd1000: AkidaClassifier) -> akida.Model:
    """A copy of the network for Akida 1.0 that a test may change."""
    return akida.Model(str(akd1000.entry.path))


def small_network(*layers: akida.Layer) -> akida.Model:
    """A network of random numbers: a stem, `layers`, global pooling and a dense layer."""
    network = akida.Model()
    stem = akida.InputConvolutional(
        SMALL, (3, 3), 4, kernel_stride=(2, 2), weights_bits=8, act_bits=4, name="stem"
    )
    last = akida.Convolutional((1, 1), 8, pool_type=akida.PoolType.Average, **FOUR_BITS, name="sum")
    dense = akida.FullyConnected(7, activation=False, weights_bits=4, name="dense")
    for layer in (stem, *layers, last, dense):
        network.add(layer)
    rng = np.random.default_rng(0)
    for layer in network.layers:
        for name in ("weights", "weights_pw"):
            if name in layer.get_variable_names():
                old = layer.get_variable(name)
                most = 127 if layer.name == "stem" else 7
                values = rng.integers(-most, most + 1, old.shape)
                layer.set_variable(name, values.astype(old.dtype))
        if layer.parameters.activation:
            old = layer.get_variable("threshold")
            layer.set_variable("threshold", rng.integers(-90, 60, old.shape).astype(old.dtype))
            steps = rng.uniform(1, 90, old.shape) * (20 if layer.name in ("stem", "sum") else 1)
            layer.set_variable("act_step", steps.astype(np.float32))
    return network


def separable(side: int, stride: int, name: str) -> akida.Layer:
    return akida.SeparableConvolutional(
        (side, side), 6, kernel_stride=(stride, stride), **FOUR_BITS, name=name
    )


def assert_equal_integers(network: akida.Model, images: np.ndarray) -> None:
    found, recorder = compute_layer_integers(network.layers, images), LayerRecorder(network)
    for number, image in enumerate(images):
        for name, integers in recorder.record(image).items():
            assert len(np.unique(integers)) > 3, name
            np.testing.assert_array_equal(found[name][number], integers, err_msg=name)


def test_photos_have_the_logits_of_the_simulator(akd1000, square_photos) -> None:
    logits = OnnxNetwork(akd1000.layers).compute_logits(square_photos)
    assert logits.shape == (len(square_photos), 7) and logits.dtype == np.float32
    np.testing.assert_array_equal(logits, akd1000.logits(square_photos))


def test_noise_and_flat_images_have_the_logits_of_the_simulator(akd1000) -> None:
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 256, (128, 128, 3)) for _ in range(3)]
    extremes = [255 * rng.integers(0, 2, (128, 128, 3)) for _ in range(3)]
    flat = [np.full((128, 128, 3), value) for value in (0, 255)]
    images = np.stack([*noise, *extremes, *flat]).astype(np.uint8)
    np.testing.assert_array_equal(
        OnnxNetwork(akd1000.layers).compute_logits(images), akd1000.logits(images)
    )


def test_every_layer_has_the_integers_of_the_simulator(akd1000, square_photos) -> None:
    photos = square_photos[::21]
    found = compute_layer_integers(akd1000.layers, photos)
    for number, photo in enumerate(photos):
        recorded = akd1000.record_layers(photo)
        assert list(found) == list(recorded)
        for name, integers in recorded.items():
            np.testing.assert_array_equal(found[name][number], integers, err_msg=name)


def test_a_network_of_random_numbers_has_the_integers_of_the_simulator() -> None:
    """The export follows Akida's rules in general, not only for the numbers of one network.

    The network has odd sides before a stride of 2, larger kernels, and steps between sixteenths.
    """
    network = small_network(
        akida.Convolutional((3, 3), 8, **FOUR_BITS, name="three"),
        separable(5, 1, "apart"),
        separable(3, 2, "apart_by_two"),
        separable(7, 1, "wide"),
    )
    images = np.random.default_rng(1).integers(0, 256, (3, *SMALL)).astype(np.uint8)
    assert_equal_integers(network, images)


def test_a_sixteenth_after_a_step_begins_the_next_step() -> None:
    """The sums go from below the threshold to above the last step, for steps of any size."""
    network = akida.Model()
    shape = (16, 16, 1)
    stem = akida.InputConvolutional(shape, (1, 1), 6, weights_bits=8, act_bits=4, name="stem")
    average = akida.PoolType.Average
    network.add(stem)
    network.add(akida.Convolutional((1, 1), 7, pool_type=average, **FOUR_BITS, name="sum"))
    network.add(akida.FullyConnected(7, activation=False, weights_bits=4, name="dense"))
    stem.set_variable("weights", np.array([1, 1, 1, 9, 127, 127], np.int8).reshape(1, 1, 1, 6))
    stem.set_variable("threshold", np.array([0, 3, -7, 40, 0, 8000], np.int32))
    steps = np.array([1, 1.0625, 17.9375, 99.96, 2158.99, 0.5], np.float32)
    stem.set_variable("act_step", steps)
    image = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    found = compute_layer_integers(network.layers, image)["stem"][0]
    assert len(np.unique(found)) == 16
    np.testing.assert_array_equal(found, LayerRecorder(network).record(image[0])["stem"])


@pytest.mark.parametrize(("name", "variable", "step"), CHANGES)
def test_a_changed_number_changes_its_layer_first(
    name: str, variable: str, step: float, network, akd1000, square_photos
) -> None:
    layer = next(layer for layer in network.layers if layer.name == name)
    values = layer.get_variable(variable).copy()
    values.reshape(-1)[values.size // 2] += np.array(step).astype(values.dtype)
    layer.set_variable(variable, values)
    found = compute_layer_integers(network.layers, square_photos[:8])
    expected = compute_layer_integers(akd1000.layers, square_photos[:8])
    wrong = [key for key in expected if not np.array_equal(found[key], expected[key])]
    assert wrong[0] == name


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"padding": akida.Padding.Valid}, "padding"),
        ({"kernel_stride": (1, 2)}, "not square"),
        ({"kernel_size": (5, 3)}, "not square"),
        ({"pool_type": akida.PoolType.Max, "pool_size": (2, 2)}, "pooling"),
    ],
)
def test_a_layer_that_cannot_be_exported_is_named(given: dict[str, Any], reason: str) -> None:
    shape = {"kernel_size": (3, 3), "filters": 4} | FOUR_BITS | given
    layer = akida.Convolutional(**shape, name="odd_one")
    with pytest.raises(ExportError, match=f"odd_one .*{reason}"):
        export_onnx(small_network(layer).layers)


def test_a_network_without_its_dense_layer_is_refused() -> None:
    network = small_network()
    for left in (2, 1):
        with pytest.raises(ExportError, match="must end in a dense layer"):
            export_onnx(network.layers[:left])


def test_sums_and_steps_that_float32_cannot_hold_are_refused() -> None:
    network = small_network(akida.Convolutional((3, 3), 8, **FOUR_BITS, name="three"))
    layer = network.layers[1]
    layer.set_variable("threshold", np.full(8, -(2**17) * 9, np.int32))
    layer.set_variable("act_step", np.full(8, 2.0**17, np.float32))
    with pytest.raises(ExportError, match="three has steps"):
        export_onnx(network.layers)
    layer.set_variable("threshold", np.full(8, -(2**24), np.int32))
    with pytest.raises(ExportError, match="three has sums too large"):
        export_onnx(network.layers)
