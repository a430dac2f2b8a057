"""Builds convolutions with a batch normalization and a bounded activation."""

import tensorflow as tf
from tf_keras import layers
from tf_keras.initializers import Constant

BOUND = 6.0
"""Upper bound of every ReLU."""
BRANCH_SCALE = 0.05
"""Initial scale of a branch that is added to transferred layers. A small scale hardly changes their
output at first. It is not 0, as in Goyal et al. (arXiv 1706.02677), because weights that are all 0
have no range to quantize."""


def normalize_and_bound(
    x: tf.Tensor, name: str, bounded: bool = True, scale: float = 1.0
) -> tf.Tensor:
    """Adds a batch normalization and a bounded ReLU.

    Args:
        x: (N, H, W, C) float32.
        name: prefix of the layer names.
        bounded: False leaves the ReLU out.
        scale: scale of the normalization before training.

    Returns:
        (N, H, W, C) float32; 0 to 6 if `bounded`.
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
    """Builds a convolution with a batch normalization and a bounded ReLU.

    Args:
        x: (N, H, W, C) float32.
        filters: number of output channels.
        name: prefix of the layer names.
        kernel: side of the kernel, pixels.
        stride: step, pixels.
        bounded: False leaves the ReLU out, for a branch that ends in an Add.
        scale: scale of the normalization before training.

    Returns:
        (N, H / stride, W / stride, filters) float32; 0 to 6 if `bounded`.
    """
    x = layers.Conv2D(
        filters, kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_conv"
    )(x)
    return normalize_and_bound(x, name, bounded, scale)


def depthwise(x: tf.Tensor, name: str, kernel: int = 3, stride: int = 1) -> tf.Tensor:
    """Builds a depthwise convolution with a batch normalization and a bounded ReLU.

    Args:
        x: (N, H, W, C) float32.
        name: prefix of the layer names.
        kernel: side of the kernel, pixels.
        stride: step, pixels.

    Returns:
        (N, H / stride, W / stride, C) float32, 0 to 6.
    """
    x = layers.DepthwiseConv2D(
        kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_dw"
    )(x)
    return normalize_and_bound(x, name)
