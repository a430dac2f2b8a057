"""The networks match their descriptions, and only complete networks are converted."""

import re

import numpy as np
import pytest

keras = pytest.importorskip("tf_keras")

from qana.conversion.convert import convert  # noqa: E402
from qana.errors import ConversionError  # noqa: E402
from qana.network.blocks.ghost import ghost  # noqa: E402
from qana.network.blocks.squeeze_excitation import squeeze_excitation  # noqa: E402
from qana.network.builders import BUILDERS, build_network  # noqa: E402
from qana.network.macs import count_macs  # noqa: E402
from qana.training.quantization import quantize_network  # noqa: E402
from qana.training.recipe import Recipe  # noqa: E402


@pytest.mark.parametrize("name", BUILDERS)
def test_parameters_and_macs_match_the_docstring(name: str) -> None:
    model = build_network(name)
    text = BUILDERS[name].__doc__ or ""
    parameters, million_macs = re.search(
        r"([\d,]+) parameters, ([\d.]+) million MACs", text
    ).groups()
    assert model.count_params() == int(parameters.replace(",", ""))
    assert count_macs(model) / 1e6 == pytest.approx(float(million_macs), abs=0.005)
    assert model.output_shape == (None, 7)


def test_the_error_for_an_unknown_network_lists_the_known_ones() -> None:
    with pytest.raises(
        ValueError, match="choose one of akidanet, efficientnet_lite0, published, qana"
    ):
        build_network("resnet")


def test_blocks_refuse_shapes_that_cannot_work() -> None:
    with pytest.raises(ValueError, match="even number of filters"):
        ghost(keras.Input((8, 8, 4)), 7, "odd")
    with pytest.raises(ValueError, match="even sides"):
        squeeze_excitation(keras.Input((7, 7, 8)), "odd")


def test_every_activation_is_bounded() -> None:
    rectified = [
        layer for layer in build_network("qana").layers if isinstance(layer, keras.layers.ReLU)
    ]
    assert len(rectified) > 20
    assert {float(layer.max_value) for layer in rectified} == {6.0}


def test_the_published_network_cannot_be_quantized() -> None:
    photos = np.zeros((2, 64, 64, 3), np.uint8)
    with pytest.raises(RuntimeError, match="Impossible to quantize"):
        quantize_network(build_network("published"), photos, Recipe("test", input_size=64))


def test_a_network_with_the_published_gate_is_refused() -> None:
    """The vendor's converter only warns and returns a shorter model."""
    photos = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), np.uint8)
    image = keras.Input((32, 32, 3))
    x = keras.layers.Rescaling(1 / 127.5, -1)(image)
    x = keras.layers.Conv2D(8, 3, strides=2, padding="same")(x)
    x = keras.layers.ReLU(6.0)(x)
    gate = keras.layers.Conv2D(8, 1)(keras.layers.DepthwiseConv2D(3, padding="same")(x))
    x = keras.layers.Multiply()([x, keras.layers.Activation("sigmoid")(gate)])
    x = keras.layers.GlobalAveragePooling2D()(x)
    gated = keras.Model(image, keras.layers.Dense(7)(x))
    with pytest.raises(ConversionError, match="converter dropped part of the network"):
        convert(quantize_network(gated, photos, Recipe("test", input_size=32)), photos)
