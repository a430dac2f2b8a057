"""Builds the network as its authors published it, for comparison in Keras only."""

import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

from qana.classes import LABELS


def _gate(x: tf.Tensor, name: str) -> tf.Tensor:
    gate = layers.DepthwiseConv2D(3, padding="same", name=f"{name}_dw")(x)
    gate = layers.BatchNormalization(name=f"{name}_bn")(gate)
    gate = layers.Conv2D(x.shape[-1], 1, activation="sigmoid", name=f"{name}_conv")(gate)
    return layers.Multiply(name=f"{name}_multiply")([x, gate])


def _block(x: tf.Tensor, filters: int, name: str) -> tf.Tensor:
    shortcut = layers.SeparableConv2D(filters, 1, name=f"{name}_shortcut")(x)
    primary = layers.SeparableConv2D(filters // 2, 1, name=f"{name}_primary")(x)
    cheap = layers.SeparableConv2D(filters // 2, 3, padding="same", name=f"{name}_cheap")(primary)
    x = layers.Concatenate(name=f"{name}_ghost")([primary, cheap])
    x = layers.BatchNormalization(name=f"{name}_bn")(x)
    x = layers.ReLU(max_value=6.0, name=f"{name}_relu")(x)
    x = layers.Dropout(0.25, name=f"{name}_dropout")(x)
    x = _gate(x, f"{name}_gate")
    x = layers.Add(name=f"{name}_add")([x, shortcut])
    return layers.AveragePooling2D(2, name=f"{name}_pool")(x)


def published(*, input_size: int = 64) -> keras.Model:
    """Builds QANA as published, with one repair: 265,005 parameters, 35.55 million MACs.

    The network follows Wang et al., arXiv 2507.15958, section 3, and the description of the
    authors' code. It has no stem, four blocks of ghost features with a sigmoid gate, a 3x3
    separable convolution bounded at 1, one squeeze and excitation, and a linear head. As published,
    the head reads a 4x4 map and cannot be built. The repair is a global average pooling before it.

    The network does not run on Akida. Its first layers, 1x1 separable convolutions, cannot be
    quantized for Akida 2.0, and no generation of Akida has the sigmoid and the multiplication of
    its gates.

    Args:
        input_size: side of the input, pixels; a multiple of 16.

    Returns:
        Keras model with an (N, input_size, input_size, 3) image, 0 to 255, as its input and (N, 7)
        float32 logits as its output.
    """
    image = keras.Input((input_size, input_size, 3), name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescale")(image)
    for index, filters in enumerate((32, 64, 128, 256), start=1):
        x = _block(x, filters, f"block{index}")
    x = layers.SeparableConv2D(256, 3, padding="same", use_bias=False, name="spike_conv")(x)
    x = layers.BatchNormalization(name="spike_bn")(x)
    x = layers.ReLU(max_value=1.0, name="spike_relu")(x)
    squeezed = layers.GlobalAveragePooling2D(keepdims=True, name="excitation_squeeze")(x)
    squeezed = layers.Dense(256 // 16, "relu", use_bias=False, name="excitation_reduce")(squeezed)
    gate = layers.Dense(256, "sigmoid", use_bias=False, name="excitation_expand")(squeezed)
    x = layers.Multiply(name="excitation_multiply")([x, gate])
    x = layers.GlobalAveragePooling2D(name="head_average")(x)
    return keras.Model(image, layers.Dense(len(LABELS), name="logits")(x), name="published")
