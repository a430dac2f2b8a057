"""QANA for Akida 1.0: the layers that AKD1000 and AKD1500 run, one after another."""

import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

from qana.classes import LABELS
from qana.network.blocks.convolution import BOUND, convolution
from qana.network.efficientnet_lite import BLOCKS, STEM

LOOK = 5
"""Side of the attention's depthwise kernel, pixels, as in `blocks.spatial_channel_attention`."""


def separable(x: tf.Tensor, filters: int, name: str, kernel: int = 3, stride: int = 1) -> tf.Tensor:
    """Depthwise and 1x1 convolution as one layer of the chip, with nothing between the two.

    (N, H, W, C) float32 to (N, H / stride, W / stride, filters) float32 in [0, 6].
    """
    x = layers.SeparableConv2D(
        filters, kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_sep"
    )(x)
    x = layers.BatchNormalization(name=f"{name}_bn")(x)
    return layers.ReLU(max_value=BOUND, name=f"{name}_relu")(x)


def qana_sequential(*, input_size: int = 128, features: int = 320) -> keras.Model:
    """The network: 657,247 parameters, 72.21 million MACs at 128x128.

    Akida 1.0 has convolutions, separable convolutions and a dense layer, each followed by a
    rectifier, and no layer that reads two others. What `qana` is made of survives so:

    - Inverted residual: a 1x1 convolution and a separable one. The rectifier between depthwise and
      projection is lost. What the projection gives is signed there; here it travels in the middle
      of the bounded range, 0 to 6, since every layer is rectified.
    - Residual: the 1x1 convolution has extra channels that carry the input past the block, and the
      separable layer adds them in its 1x1 part.
    - Spatially-aware channel attention: its input comes twice out of the layer before. One half is
      looked at 5x5, the other is carried; the 1x1 part mixes both.
    - Ghost features: primary features come twice, one half is the primary part, the other goes
      through the cheap depthwise 3x3; the projection is the 1x1 part of that same layer.
    - Squeeze and excitation does not survive: nothing here spreads a coarse map over a fine one.
    - Bounded activations and the projection head stay. The head averages before its rectifier, the
      only order in which Akida 1.0 averages.

    Args:
        input_size: side of the input, pixels; a multiple of 16.
        features: channels that the head averages.

    Returns:
        Keras model: (N, input_size, input_size, 3) image, 0 to 255, to (N, 7) float32 logits.
    """
    image = keras.Input((input_size, input_size, 3), name="image")
    # No offset: pixels then enter the first layer as the bytes that they are.
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
    x = convolution(x, 3 * channels, "ghost112_primary")  # primary, its copy, and the input
    x = separable(x, 2 * channels, "ghost112")
    x = _attention(x, "attention112")
    x = separable(x, features, "head_features")
    x = layers.Conv2D(features, 1, use_bias=False, name="head_average_conv")(x)
    x = layers.GlobalAveragePooling2D(name="head_average")(x)
    x = layers.BatchNormalization(name="head_average_bn")(x)
    x = layers.ReLU(max_value=BOUND, name="head_average_relu")(x)
    return keras.Model(image, layers.Dense(len(LABELS), name="logits")(x), name="qana_sequential")


def _block(x: tf.Tensor, index: int, copies: int = 1, carry: bool = False) -> tf.Tensor:
    """EfficientNet-Lite0's block of that index; its result comes `copies` times."""
    expansion, kernel, stride, filters = BLOCKS[index]
    channels = x.shape[-1]
    inner = channels * expansion + (channels if carry else 0)
    x = convolution(x, inner, f"block{index}_expand")
    if stride > 1:
        kernel = 3  # a step of 2 maps with this side only
    return separable(x, copies * filters, f"block{index}", kernel, stride)


def _attention(x: tf.Tensor, name: str) -> tf.Tensor:
    return separable(x, x.shape[-1] // 2, name, kernel=LOOK)
