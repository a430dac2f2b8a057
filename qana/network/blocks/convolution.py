"""Convolutions with their folded normalization and their bounded activation."""

import tensorflow as tf
from tf_keras import layers
from tf_keras.initializers import Constant

BOUND = 6.0
"""Upper bound of every rectified activation, unitless."""
NEARLY_NOTHING = 0.05
"""Scale at which an added branch starts, so that it can join transferred layers without disturbing
them (after Goyal et al., arXiv 1706.02677, who start at 0: weights that are all 0 have no range to
quantize)."""


def normalize_and_bound(
    x: tf.Tensor, name: str, bounded: bool = True, scale: float = 1.0
) -> tf.Tensor:
    """Adds the batch normalization and, where `bounded`, the bounded activation.

    (N, H, W, C) float32 to the same shape; in [0, 6] where `bounded`.
    """
    x = layers.BatchNormalization(gamma_initializer=Constant(scale), name=f"{name}_bn")(x)
    return layers.ReLU(max_value=BOUND, name=f"{name}_relu")(x) if bounded else x


def convolution(
    x: tf.Tensor,
    filters: int,
    name: str,
    kernel: int = 1,
    stride: int = 1,
    bounded: bool = True,
    scale: float = 1.0,
) -> tf.Tensor:
    """Convolution, folded normalization and, where `bounded`, the bounded activation.

    Args:
        x: (N, H, W, C) float32.
        filters: channels of the result.
        name: prefix of the layer names.
        kernel: side of the kernel, pixels.
        stride: step, pixels.
        bounded: False leaves the result signed, for a branch that ends in an Add.
        scale: of the result before training.

    Returns:
        (N, H / stride, W / stride, filters) float32; in [0, 6] where `bounded`.
    """
    x = layers.Conv2D(
        filters, kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_conv"
    )(x)
    return normalize_and_bound(x, name, bounded, scale)


def depthwise(x: tf.Tensor, name: str, kernel: int = 3, stride: int = 1) -> tf.Tensor:
    """Depthwise convolution, folded normalization, bounded activation.

    (N, H, W, C) float32 to (N, H / stride, W / stride, C) float32 in [0, 6].
    """
    x = layers.DepthwiseConv2D(
        kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_dw"
    )(x)
    return normalize_and_bound(x, name)
