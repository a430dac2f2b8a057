"""A converted network is compared with its Keras form integer by integer."""

import numpy as np
import pytest

keras = pytest.importorskip("tf_keras")

from qana.conversion.compare_layers import Departure, departures  # noqa: E402
from qana.conversion.convert import _ties, convert
from qana.errors import ConversionError
from qana.network.blocks.ghost import ghost
from qana.training.quantization import quantize_network  # noqa: E402
from qana.training.recipe import Recipe  # noqa: E402

PHOTOS = np.random.default_rng(0).integers(0, 256, (8, 16, 16, 3), np.uint8)


@pytest.fixture
def small():
    """Quantized network with a branch, and its Akida form."""
    keras.utils.set_random_seed(0)
    image = keras.Input((16, 16, 3))
    x = keras.layers.Rescaling(1 / 127.5, -1)(image)
    x = keras.layers.Conv2D(8, 3, strides=2, padding="same", name="stem_conv")(x)
    x = keras.layers.ReLU(6.0, name="stem_relu")(x)
    x = ghost(x, 8, "ghost")
    x = keras.layers.ReLU(6.0)(keras.layers.Conv2D(16, 1, name="features_conv")(x))
    x = keras.layers.GlobalAveragePooling2D()(x)
    network = keras.Model(image, keras.layers.Dense(7, name="logits")(x))
    quantized = quantize_network(network, PHOTOS, Recipe("test", input_size=16))
    return quantized, convert(quantized, PHOTOS)[0]


def test_photos_follow_both_networks_to_the_end(small) -> None:
    assert all(one.is_tie for one in departures(*small, PHOTOS))


@pytest.mark.parametrize("layer", ["stem_conv", "features_conv"])
def test_the_layer_that_is_wrong_is_named(small, layer: str) -> None:
    quantized, model = small
    bias = quantized.get_layer(layer).bias
    bias.assign_add(np.full(bias.shape, 0.5, np.float32))
    found = departures(quantized, model, PHOTOS)
    wrong = [one for one in found if not one.is_tie]
    assert [one.layer for one in wrong] == [layer]
    assert len(wrong[0].photos) == len(PHOTOS) - sum(len(one.photos) for one in found[:-1])
    with pytest.raises(ConversionError, match=f"Layer {layer} gives other integers on Akida"):
        _ties(quantized, model, PHOTOS, len(PHOTOS))


def test_one_integer_of_a_small_layer_is_a_tie_and_one_of_many_photos_is_not(small) -> None:
    """Each has 16 pooled integers: one off in a single photo is far more than a thousandth of those
    of eight photos, and far less of those of two thousand."""
    quantized, model = small
    bias = quantized.get_layer("features_conv").bias
    off: list[Departure] = []
    while not off or off[-1].layer != "features_conv":  # until the first integers move by one
        bias.assign_add(np.full(bias.shape, 0.01, np.float32))
        off = departures(quantized, model, PHOTOS)
    assert off[-1].largest == 1
    assert not off[-1].is_tie
    first = PHOTOS[off[-1].photos[:1]]
    (alone,) = departures(quantized, model, first, checked=2000)
    assert alone.is_tie
    assert alone.share == alone.values / (16 * 2000)
    (of_many,) = departures(quantized, model, np.repeat(first, 20, axis=0), checked=2000)
    assert of_many.in_channel == 19 / 2000
    assert not of_many.is_tie


def test_one_wrong_channel_of_hundreds_is_no_tie() -> None:
    """It was met: the bias of one of 480 channels, rounded the other way, in a seventh of it."""
    every = np.arange(32)
    assert not Departure("wide", every, values=76, share=3e-4, in_channel=0.15, largest=1).is_tie
