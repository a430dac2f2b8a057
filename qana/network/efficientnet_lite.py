"""Builds EfficientNet-Lite0, a baseline and the source of QANA's first layers."""

from typing import NamedTuple

import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

from qana.classes import LABELS
from qana.network.blocks.convolution import convolution
from qana.network.blocks.inverted_residual import inverted_residual

STEM = 32
FEATURES = 1280
"""Numbers of channels after the stem and before the head."""


class Block(NamedTuple):
    """Settings of an inverted residual block.

    Attributes:
        expansion: factor of the number of channels inside the block.
        kernel: side of the kernel, pixels.
        stride: step, pixels.
        filters: number of output channels.
    """

    expansion: int
    kernel: int
    stride: int
    filters: int


BLOCKS = (
    Block(1, 3, 1, 16),
    Block(6, 3, 2, 24),
    Block(6, 3, 1, 24),
    Block(6, 5, 2, 40),
    Block(6, 5, 1, 40),
    Block(6, 3, 2, 80),
    Block(6, 3, 1, 80),
    Block(6, 3, 1, 80),
    Block(6, 5, 1, 112),
    Block(6, 5, 1, 112),
    Block(6, 5, 1, 112),
    Block(6, 5, 2, 192),
    Block(6, 5, 1, 192),
    Block(6, 5, 1, 192),
    Block(6, 5, 1, 192),
    Block(6, 3, 1, 320),
)


def stem(image: tf.Tensor, filters: int = STEM) -> tf.Tensor:
    """Builds the first convolution, with the scaling of the pixels before it.

    Args:
        image: (N, S, S, 3), 0 to 255.
        filters: number of output channels.

    Returns:
        (N, S / 2, S / 2, filters) float32, 0 to 6.
    """
    # The ImageNet weights were trained on pixels with this scale and offset.
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="rescale")(image)
    return convolution(x, filters, "stem", kernel=3, stride=2)


def block(
    x: tf.Tensor,
    index: int,
    expansion: int | None = None,
    fused: bool = False,
    kernel: int | None = None,
) -> tf.Tensor:
    """Builds the block with an index of `BLOCKS`.

    `qana.network.transfer` fills it with ImageNet weights, unless its expansion or its kernel
    differs or it is fused.

    Args:
        x: (N, H, W, C) float32.
        index: index of `BLOCKS`.
        expansion: factor of the number of channels inside the block; None for that of `BLOCKS`.
        fused: True builds the fused form of the block.
        kernel: side of the kernel, pixels; None for that of `BLOCKS`.

    Returns:
        (N, H / stride, W / stride, filters) float32, positive or negative.
    """
    usual = BLOCKS[index]
    return inverted_residual(
        x,
        usual.filters,
        f"block{index}",
        expansion or usual.expansion,
        kernel or usual.kernel,
        usual.stride,
        fused,
    )


def efficientnet_lite0(*, input_size: int = 128) -> keras.Model:
    """Builds EfficientNet-Lite0: 3,421,991 parameters, 125.37 million MACs at 128x128.

    Source: Tan and Le, "EfficientNet", ICML 2019, in its Lite form for integer hardware (2020),
    with ReLU6 and without squeeze and excitation.

    Args:
        input_size: side of the input, pixels.

    Returns:
        Keras model with an (N, input_size, input_size, 3) image, 0 to 255, as its input and (N, 7)
        float32 logits as its output.
    """
    image = keras.Input((input_size, input_size, 3), name="image")
    x = stem(image)
    for index in range(len(BLOCKS)):
        x = block(x, index)
    x = convolution(x, FEATURES, "features")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(
        image, layers.Dense(len(LABELS), name="logits")(x), name="efficientnet_lite0"
    )
