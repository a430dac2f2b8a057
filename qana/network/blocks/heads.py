"""The heads: from the last feature map to the logits."""

import tensorflow as tf
from tf_keras import layers

from qana.network.blocks.convolution import convolution, depthwise


def projection_head(x: tf.Tensor, features: int, classes: int, name: str = "head") -> tf.Tensor:
    """Quantized projection head: (N, H, W, C) float32 to (N, classes) float32 logits.

    A depthwise 3x3 and a 1x1 convolution to `features` bounded channels, averaged over the map,
    then a linear layer whose outputs are the logits of the spiking network as they are: no
    softmax, no scale. Since the average is followed by a linear layer only, a class activation map
    can be read from the last map (Zhou et al., CVPR 2016).
    """
    x = depthwise(x, f"{name}_mix")
    x = convolution(x, features, f"{name}_features")
    x = layers.GlobalAveragePooling2D(name=f"{name}_average")(x)
    return layers.Dense(classes, name="logits")(x)


def average_head(x: tf.Tensor, features: int, classes: int, name: str = "head") -> tf.Tensor:
    """The common head, for the ablation: `features` channels without an upper bound, averaged,
    then the linear layer. (N, H, W, C) float32 to (N, classes) float32 logits.
    """
    x = layers.Conv2D(features, 1, use_bias=False, name=f"{name}_features_conv")(x)
    x = layers.BatchNormalization(name=f"{name}_features_bn")(x)
    x = layers.ReLU(name=f"{name}_features_relu")(x)
    x = layers.GlobalAveragePooling2D(name=f"{name}_average")(x)
    return layers.Dense(classes, name="logits")(x)
