"""A converted network is compared with its Keras network integer by integer."""

import numpy as np
import pytest

keras = pytest.importorskip("tf_keras")

from qana.conversion.compare_layers import LayerDifference, find_differences  # noqa: E402
from qana.conversion.convert import convert, find_ties  # noqa: E402
from qana.errors import ConversionError  # noqa: E402
from qana.network.blocks.ghost import ghost  # noqa: E402
from qana.training.quantization import quantize_network  # noqa: E402
from qana.training.recipe import Recipe  # noqa: E402

PHOTOS = np.random.default_rng(0).integers(0, 256, (8, 16, 16, 3), np.uint8)


@pytest.fixture
def small():
    """A quantized network with a branch, and its Akida model."""
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


def test_a_correct_conversion_differs_by_ties_only(small) -> None:
    assert all(difference.is_tie for difference in find_differences(*small, PHOTOS))


@pytest.mark.parametrize("layer", ["stem_conv", "features_conv"])
def test_the_wrong_layer_is_named(small, layer: str) -> None:
    quantized, model = small
    bias = quantized.get_layer(layer).bias
    bias.assign_add(np.full(bias.shape, 0.5, np.float32))
    found = find_differences(quantized, model, PHOTOS)
    wrong = [difference for difference in found if not difference.is_tie]
    assert [difference.layer for difference in wrong] == [layer]
    earlier = sum(len(difference.photos) for difference in found[:-1])
    assert len(wrong[0].photos) == len(PHOTOS) - earlier
    with pytest.raises(ConversionError, match=f"Layer {layer} gives different integers on Akida"):
        find_ties(quantized, model, PHOTOS, len(PHOTOS))


def test_a_tie_is_rare_among_all_checked_photos(small) -> None:
    """The layer has 16 pooled integers a photo.

    One wrong integer in one photo is more than a thousandth of the integers of eight photos, and
    less than a thousandth of those of two thousand.
    """
    quantized, model = small
    bias = quantized.get_layer("features_conv").bias
    found: list[LayerDifference] = []
    while not found or found[-1].layer != "features_conv":  # until the first integers move by one
        bias.assign_add(np.full(bias.shape, 0.01, np.float32))
        found = find_differences(quantized, model, PHOTOS)
    assert found[-1].largest == 1
    assert not found[-1].is_tie
    first = PHOTOS[found[-1].photos[:1]]
    (alone,) = find_differences(quantized, model, first, checked=2000)
    assert alone.is_tie
    assert alone.share == alone.values / (16 * 2000)
    (of_many,) = find_differences(quantized, model, np.repeat(first, 20, axis=0), checked=2000)
    assert of_many.channel_share == 19 / 2000
    assert not of_many.is_tie


def test_one_wrong_channel_of_hundreds_is_not_a_tie() -> None:
    """This happened: one of 480 biases was rounded wrongly, and 15 % of its channel differed."""
    photos = np.arange(32)
    wrong = LayerDifference("wide", photos, values=76, share=3e-4, channel_share=0.15, largest=1)
    assert not wrong.is_tie
