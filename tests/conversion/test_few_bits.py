"""With few bits, Keras and Akida round alike once biases and averages are prepared for it."""

from collections.abc import Callable

import numpy as np
import pytest

keras = pytest.importorskip("tf_keras")

from qana.conversion.compare_layers import find_differences  # noqa: E402
from qana.conversion.convert import convert_whole  # noqa: E402
from qana.training.bias_ties import resolve_bias_ties  # noqa: E402
from qana.training.quantization import quantize_network  # noqa: E402
from qana.training.recipe import Recipe  # noqa: E402

PHOTOS = np.random.default_rng(0).integers(0, 256, (64, 16, 16, 3), np.uint8)
COLOURS = np.stack([np.full((16, 16, 3), colour) for colour in np.ndindex(2, 2, 2)]) * 255
"""(8, 16, 16, 3): photos of one colour each. Their averages are larger than those of noise."""
FOUR_BITS = Recipe("test", input_size=16, weight_bits=4, activation_bits=4)


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    image = keras.Input((16, 16, 3))
    x = keras.layers.Rescaling(1 / 127.5, -1, name="rescale")(image)
    x = keras.layers.Conv2D(8, 3, strides=2, padding="same", name="stem_conv")(x)
    x = keras.layers.ReLU(6.0, name="stem_relu")(x)
    x = keras.layers.Conv2D(16, 1, name="features_conv")(x)
    x = keras.layers.ReLU(6.0, name="features_relu")(x)
    x = keras.layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(image, keras.layers.Dense(7, name="logits")(x))


def test_an_average_above_half_its_range_is_equal_on_akida(network) -> None:
    quantized = quantize_network(network, PHOTOS, FOUR_BITS)
    colours = COLOURS.astype(np.uint8)
    model = convert_whole(quantized)
    assert not find_differences(quantized, model, colours)
    averages = type(model)(model.layers[:-2]).forward(colours)
    assert averages.max() > 7


def test_a_bias_halfway_between_two_integers_is_equal_on_akida(network) -> None:
    quantized = quantize_network(network, PHOTOS, FOUR_BITS)
    layer = quantized.get_layer("stem_conv")
    resolve_bias_ties(quantized, PHOTOS[0])
    bias = layer.bias.numpy()
    halfway = _find_step(lambda value: _set_bias(layer, value) or _run_stem(quantized), bias[0])
    for value in halfway:  # the two float32 numbers next to the middle
        _set_bias(layer, value)
        before = _run_stem(quantized)
        assert resolve_bias_ties(quantized, PHOTOS[0]) == 1
        assert np.array_equal(_run_stem(quantized), before)
        assert layer.bias.numpy()[0] != value
        assert resolve_bias_ties(quantized, PHOTOS[0]) == 0
        assert not find_differences(quantized, convert_whole(quantized), PHOTOS)


def _set_bias(layer, value: np.float32) -> None:
    bias = layer.bias.numpy()
    bias[0] = value
    layer.bias.assign(bias)


def _run_stem(quantized) -> np.ndarray:
    out = quantized.get_layer("stem_conv")(quantized.get_layer("rescale")(PHOTOS[:8] * 1.0))
    return out.values.numpy()


def _find_step(integers: Callable[[np.float32], np.ndarray], low: np.float32) -> list[np.float32]:
    """Finds two neighbouring values of a bias that give different integers."""
    first, high = integers(low), np.float32(low + 0.5)
    assert not np.array_equal(integers(high), first)
    while np.nextafter(low, high) < high:
        middle = np.float32((low + high) / 2)
        if np.array_equal(integers(middle), first):
            low = middle
        else:
            high = middle
    return [low, high]
