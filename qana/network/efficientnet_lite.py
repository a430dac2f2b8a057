"""EfficientNet-Lite0, whole: the baseline to beat, and the source of QANA's first layers."""

from typing import NamedTuple

import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

from qana.classes import LABELS
from qana.network.blocks.convolution import convolution
from qana.network.blocks.inverted_residual import inverted_residual

STEM = 32
FEATURES = 1280


class Block(NamedTuple):
    """One inverted residual: expansion factor, side of the kernel, stride, channels."""

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
    """(N, S, S, 3) image, 0 to 255, to (N, S / 2, S / 2, filters) float32 in [0, 6]."""
    # The weights were trained on pixels so shifted and scaled.
    x = layers.Rescaling(1 / 128, offset=-127 / 128, name="rescale")(image)
    return convolution(x, filters, "stem", kernel=3, stride=2)


def block(x: tf.Tensor, index: int, expansion: int | None = None, fused: bool = False) -> tf.Tensor:
    """The block of that index, under the names that `transfer` fills, unless its `expansion` is
    another or it is `fused`."""
    own, kernel, stride, filters = BLOCKS[index]
    return inverted_residual(x, filters, f"block{index}", expansion or own, kernel, stride, fused)


def efficientnet_lite0(*, input_size: int = 128) -> keras.Model:
    """EfficientNet-Lite0 with seven classes: 3,421,991 parameters, 125.37 million MACs at 128x128.

    Tan and Le, "EfficientNet", ICML 2019, in its Lite form for integer hardware (2020): ReLU6, no
    squeeze and excitation.

    Args:
        input_size: side of the input, pixels.

    Returns:
        Keras model: (N, input_size, input_size, 3) image, 0 to 255, to (N, 7) float32 logits.
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
