"""Builds small networks around one block, in its published or its Akida form, to convert them.

QANA's trained stem precedes the block; two convolutions, an average and seven logits follow it.
Published blocks are copied from the published network. All other weights are random, with a fixed
seed: the conversion of a graph does not depend on them.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

from qana.classes import LABELS
from qana.network import efficientnet_lite as lite
from qana.network.blocks.channel_attention import spatial_channel_attention
from qana.network.blocks.convolution import convolution
from qana.network.blocks.squeeze_excitation import squeeze_excitation
from qana.network.builders import build_network

SIDE = 32
"""Side of the small networks' input, pixels."""
SEED = 1
WIDE = 256
"""Channels of the feature map before the published squeeze and excitation."""
RATIO = 16
"""Reduction ratio of the bottleneck of the squeeze and excitation."""
ACTIVATION = "block1_expand"
"""Prefix of the layers of the first convolution after QANA's stem."""
TRAINED = ("stem_", ACTIVATION)
"""Prefixes of the layers that take the weights of the deployed model."""


def build_small_network(
    block: Callable[[tf.Tensor], tf.Tensor], trained: keras.Model, photos: np.ndarray
) -> keras.Model:
    """Builds a small network around a block.

    Args:
        block: a value of `BLOCKS`.
        trained: float form of the deployed model, which gives the weights of the first layers.
        photos: (N, 32, 32, 3) uint8, for the statistics of the batch normalizations.

    Returns:
        Keras model: (N, 32, 32, 3) float32 image, 0 to 255, to (N, 7) float32 logits.
    """
    keras.utils.set_random_seed(SEED)
    image = keras.Input((SIDE, SIDE, 3), name="image")
    x = block(lite.stem(image, trained.get_layer("stem_conv").filters))
    x = convolution(x, 64, "next", kernel=3, stride=2)
    x = convolution(x, 64, "features")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    network = keras.Model(image, layers.Dense(len(LABELS), name="logits")(x), name="small_network")
    for layer in network.layers:
        if layer.name.startswith(TRAINED):
            layer.set_weights(trained.get_layer(layer.name).get_weights())
            layer.trainable = False
        elif isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.0
    # A random channel that is always zero has no range to quantize; one pass normalizes it.
    network(photos.astype(np.float32), training=True)
    return network


def _copy_published_layers(*names: str) -> list[layers.Layer]:
    """Copies layers of the published network with their settings, but without their weights."""
    network = build_network("published")
    found = [network.get_layer(name) for name in names]
    return [type(layer).from_config(layer.get_config()) for layer in found]


def _published_attention(x: tf.Tensor) -> tf.Tensor:
    names = ("block1_gate_dw", "block1_gate_bn", "block1_gate_conv", "block1_gate_multiply")
    spatial, normalize, mix, multiply = _copy_published_layers(*names)
    # The gate has as many channels as its input; the published network has more of them here.
    mix = type(mix).from_config(mix.get_config() | {"filters": x.shape[-1]})
    return multiply([x, mix(normalize(spatial(x)))])


def _widen(x: tf.Tensor) -> tf.Tensor:
    return convolution(x, WIDE, "wide", kernel=3, stride=2)


def _published_excitation(x: tf.Tensor) -> tf.Tensor:
    names = ("squeeze", "reduce", "expand", "multiply")
    squeeze, reduce, expand, multiply = _copy_published_layers(
        *(f"excitation_{name}" for name in names)
    )
    x = _widen(x)
    return multiply([x, expand(reduce(squeeze(x)))])


def _unbounded(x: tf.Tensor) -> tf.Tensor:
    x = layers.Conv2D(
        2 * x.shape[-1], 3, strides=2, padding="same", use_bias=False, name=f"{ACTIVATION}_conv"
    )(x)
    x = layers.BatchNormalization(name=f"{ACTIVATION}_bn")(x)
    return layers.ReLU(name=f"{ACTIVATION}_relu")(x)


BLOCKS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    "attention_published": _published_attention,
    "attention_spiking": lambda x: spatial_channel_attention(x, "attention"),
    "excitation_published": _published_excitation,
    "excitation_spiking": lambda x: squeeze_excitation(_widen(x), "excitation", RATIO),
    "activation_unbounded": _unbounded,
    "activation_bounded": lambda x: convolution(x, 2 * x.shape[-1], ACTIVATION, kernel=3, stride=2),
}
"""Key of a case to its block, which takes the stem's output, (N, 16, 16, C) float32, 0 to 6."""
