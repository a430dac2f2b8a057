"""Folding of dead depthwise channels after quantization."""

import numpy as np
import pytest

keras = pytest.importorskip("tf_keras")

from qana.classes import LABELS  # noqa: E402
from qana.conversion.convert import convert  # noqa: E402
from qana.errors import ConversionError  # noqa: E402
from qana.network.blocks.convolution import convolution, depthwise  # noqa: E402
from qana.training.dead_channels import fold_dead_channels  # noqa: E402
from qana.training.quantization import quantize_network  # noqa: E402
from qana.training.recipe import Recipe  # noqa: E402

pytestmark = pytest.mark.slow  # trains and converts a network

DEAD = 3


def small_network() -> "keras.Model":
    keras.utils.set_random_seed(0)
    image = keras.Input((48, 48, 3))
    x = keras.layers.Rescaling(1 / 128, offset=-1)(image)
    x = convolution(x, 8, "first", kernel=3, stride=2)
    x = convolution(depthwise(x, "middle", stride=2), 16, "last")
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, keras.layers.Dense(len(LABELS), name="logits")(x))


def test_network_with_a_dead_channel_converts_bit_for_bit(square_photos) -> None:
    photos = square_photos[:16, 40:88, 40:88]
    network = small_network()
    kernel = network.get_layer("middle_dw").depthwise_kernel.numpy()
    kernel[:, :, DEAD] = 0
    network.get_layer("middle_dw").set_weights([kernel])
    gamma, beta, mean, variance = network.get_layer("middle_bn").get_weights()
    beta[DEAD], mean[DEAD], variance[DEAD] = 0.05, 0, 0
    network.get_layer("middle_bn").set_weights([gamma, beta, mean, variance])
    quantized = quantize_network(network, photos, Recipe("small", calibration_photos=16))
    with pytest.raises(ConversionError, match="middle"):
        convert(quantized, photos)
    assert fold_dead_channels(quantized) == 1
    assert quantized.get_layer("middle_dw").bias.numpy()[DEAD] == 0
    _, report = convert(quantized, photos)
    assert report.equal_logits == len(photos)


def test_constant_output_moves_to_the_next_bias(square_photos) -> None:
    photos = square_photos[:16, 40:88, 40:88]
    network = small_network()
    network.get_layer("middle_dw").set_weights([np.zeros((3, 3, 8, 1), np.float32)])
    gamma, beta, mean, variance = network.get_layer("middle_bn").get_weights()
    network.get_layer("middle_bn").set_weights([gamma, beta + 0.7, mean, variance])
    quantized = quantize_network(network, photos, Recipe("small", calibration_photos=16))
    bias, following = (
        quantized.get_layer("middle_dw").bias.numpy(),
        quantized.get_layer("last_conv"),
    )
    expected = following.bias.numpy() + np.maximum(bias, 0) @ following.kernel.numpy()[0, 0]
    assert fold_dead_channels(quantized) == 8
    np.testing.assert_allclose(following.bias.numpy(), expected, atol=1e-5)
    assert fold_dead_channels(quantized) == 0
