"""A block as published, or in its Akida form, in a small network to convert.

QANA's trained stem stands before the block; two convolutions, an average and seven logits behind
it. Published blocks are cut out of the published network. All other weights are random and the same
at every run: whether a graph converts does not depend on them.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

from qana.classes import LABELS
from qana.network import efficientnet_lite as lite
from qana.network.blocks.channel_attention import spatial_channel_attention
from qana.network.blocks.convolution import convolution, depthwise
from qana.network.blocks.squeeze_excitation import squeeze_excitation
from qana.network.builders import build_network

SIDE = 32
"""Of the small networks' input, pixels."""
SEED = 1
WIDE = 256
"""Channels of the map that the published network squeezes and excites."""
RATIO = 16
"""Of its bottleneck."""
ACTIVATION = "block0_depthwise"
"""The first convolution behind QANA's stem: prefix of its layers."""
TRAINED = ("stem_", ACTIVATION)
"""Layers of the small networks that take the deployed model's weights, by prefix."""


def build_small_network(
    block: Callable[[tf.Tensor], tf.Tensor], trained: keras.Model, photos: np.ndarray
) -> keras.Model:
    """A small network around a block.

    Args:
        block: of `BLOCKS`.
        trained: float form of the deployed model, whose first layers are taken.
        photos: (N, 32, 32, 3) uint8, for the statistics of normalization.

    Returns:
        Keras model: (N, 32, 32, 3) image, 0 to 255, to (N, 7) float32 logits.
    """
    keras.utils.set_random_seed(SEED)
    image = keras.Input((SIDE, SIDE, 3), name="image")
    x = block(lite.stem(image, trained.get_layer("stem_conv").filters))
    x = convolution(x, 64, "next", kernel=3, stride=2)
    x = convolution(x, 64, "features")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    network = keras.Model(image, layers.Dense(len(LABELS), name="logits")(x), name="around")
    for layer in network.layers:
        if layer.name.startswith(TRAINED):
            layer.set_weights(trained.get_layer(layer.name).get_weights())
            layer.trainable = False
        elif isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.0
    # Random channels that never fire have no range to quantize: one pass normalizes them.
    network(photos.astype(np.float32), training=True)
    return network


def _published(*names: str) -> list[layers.Layer]:
    """Layers of the published network, new ones of the same settings."""
    network = build_network("published")
    found = [network.get_layer(name) for name in names]
    return [type(layer).from_config(layer.get_config()) for layer in found]


def _published_attention(x: tf.Tensor) -> tf.Tensor:
    names = ("block1_gate_dw", "block1_gate_bn", "block1_gate_conv", "block1_gate_multiply")
    around, normalize, mix, multiply = _published(*names)
    # It keeps the channels that it is given; the published network's stem has more of them.
    mix = type(mix).from_config(mix.get_config() | {"filters": x.shape[-1]})
    return multiply([x, mix(normalize(around(x)))])


def _wide(x: tf.Tensor) -> tf.Tensor:
    return convolution(x, WIDE, "wide", kernel=3, stride=2)


def _published_excitation(x: tf.Tensor) -> tf.Tensor:
    names = ("squeeze", "reduce", "expand", "multiply")
    squeeze, reduce, expand, multiply = _published(*(f"excitation_{name}" for name in names))
    x = _wide(x)
    return multiply([x, expand(reduce(squeeze(x)))])


def _unbounded(x: tf.Tensor) -> tf.Tensor:
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{ACTIVATION}_dw")(x)
    x = layers.BatchNormalization(name=f"{ACTIVATION}_bn")(x)
    return layers.ReLU(name=f"{ACTIVATION}_relu")(x)


BLOCKS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    "attention_published": _published_attention,
    "attention_spiking": lambda x: spatial_channel_attention(x, "attention"),
    "excitation_published": _published_excitation,
    "excitation_spiking": lambda x: squeeze_excitation(_wide(x), "excitation", RATIO),
    "activation_unbounded": _unbounded,
    "activation_bounded": lambda x: depthwise(x, ACTIVATION),
}
"""Each takes the stem's map, (N, 16, 16, C) float32, 0 to 6."""
