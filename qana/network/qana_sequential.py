"""Builds QANA for Akida 1.0 (AKD1000 and AKD1500), which runs one layer after another."""

import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

from qana.classes import LABELS
from qana.network.blocks.convolution import BOUND, convolution
from qana.network.efficientnet_lite import BLOCKS, STEM

ATTENTION_KERNEL = 5
"""Side of the depthwise kernel of the channel attention, pixels; the same as in `qana`."""


def separable(x: tf.Tensor, filters: int, name: str, kernel: int = 3, stride: int = 1) -> tf.Tensor:
    """Builds a depthwise and a 1x1 convolution that are one layer on the chip.

    Nothing stands between the two convolutions.

    Args:
        x: (N, H, W, C) float32.
        filters: number of output channels.
        name: prefix of the layer names.
        kernel: side of the depthwise kernel, pixels.
        stride: step, pixels.

    Returns:
        (N, H / stride, W / stride, filters) float32, 0 to 6.
    """
    x = layers.SeparableConv2D(
        filters, kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_sep"
    )(x)
    x = layers.BatchNormalization(name=f"{name}_bn")(x)
    return layers.ReLU(max_value=BOUND, name=f"{name}_relu")(x)


def qana_sequential(*, input_size: int = 128, features: int = 320) -> keras.Model:
    """Builds QANA for Akida 1.0: 657,247 parameters, 72.21 million MACs at 128x128.

    Akida 1.0 has convolutions, separable convolutions and dense layers, each with a ReLU, and no
    layer with two inputs. The parts of `qana` take these forms:

    - Inverted residual: a 1x1 and a separable convolution. There is no ReLU between the depthwise
      and the 1x1 part. The output of the block is signed in `qana`. Here every layer has a ReLU, so
      the output is shifted to the middle of the range from 0 to 6.
    - Residual connection: extra channels of the 1x1 convolution carry the input, and the 1x1 part
      of the separable layer adds it.
    - Spatially-aware channel attention: the layer before it outputs its channels twice. A 5x5
      kernel filters one half, and the other half passes unchanged. The 1x1 part mixes both.
    - Ghost features: the primary features come twice. One half passes unchanged, and the cheap 3x3
      depthwise convolution filters the other half. The 1x1 part of the same layer is the
      projection.
    - Squeeze and excitation is left out: no layer of Akida 1.0 spreads a coarse map over a fine
      one.
    - Bounded activations and the projection head stay. The head averages before its ReLU, the only
      order that Akida 1.0 has.

    Args:
        input_size: side of the input, pixels; a multiple of 16.
        features: number of channels that the head averages.

    Returns:
        Keras model with an (N, input_size, input_size, 3) image, 0 to 255, as its input and (N, 7)
        float32 logits as its output.
    """
    image = keras.Input((input_size, input_size, 3), name="image")
    # Without an offset, the first layer reads the pixels as unchanged bytes.
    x = layers.Rescaling(1 / 128, name="rescale")(image)
    x = convolution(x, STEM, "stem", kernel=3, stride=2)
    x = separable(x, BLOCKS[0].filters, "block0")
    x = _block(x, 1)
    x = _block(x, 3)
    x = _attention(_block(x, 4, copies=2, carry=True), "attention40")
    x = _block(x, 5)
    x = _attention(_block(x, 6, copies=2, carry=True), "attention80")
    x = _block(x, 8)
    channels = x.shape[-1]
    x = convolution(
        x, 3 * channels, "ghost112_primary"
    )  # primary features, their copy, and the input
    x = separable(x, 2 * channels, "ghost112")
    x = _attention(x, "attention112")
    x = separable(x, features, "head_features")
    x = layers.Conv2D(features, 1, use_bias=False, name="head_average_conv")(x)
    x = layers.GlobalAveragePooling2D(name="head_average")(x)
    x = layers.BatchNormalization(name="head_average_bn")(x)
    x = layers.ReLU(max_value=BOUND, name="head_average_relu")(x)
    return keras.Model(image, layers.Dense(len(LABELS), name="logits")(x), name="qana_sequential")


def _block(x: tf.Tensor, index: int, copies: int = 1, carry: bool = False) -> tf.Tensor:
    """Builds the block with an index of `BLOCKS`.

    Args:
        x: (N, H, W, C) float32.
        index: index of `BLOCKS`.
        copies: how many times the output channels come.
        carry: True adds the input by extra channels inside the block.
    """
    expansion, kernel, stride, filters = BLOCKS[index]
    channels = x.shape[-1]
    inner = channels * expansion + (channels if carry else 0)
    x = convolution(x, inner, f"block{index}_expand")
    if stride > 1:
        kernel = 3  # with a stride of 2, Akida 1.0 maps no other side
    return separable(x, copies * filters, f"block{index}", kernel, stride)


def _attention(x: tf.Tensor, name: str) -> tf.Tensor:
    return separable(x, x.shape[-1] // 2, name, kernel=ATTENTION_KERNEL)
