"""Builds the heads, which turn the last feature map into logits."""

import tensorflow as tf
from tf_keras import layers

from qana.network.blocks.convolution import convolution, depthwise


def projection_head(x: tf.Tensor, features: int, classes: int, name: str = "head") -> tf.Tensor:
    """Builds the quantized projection head.

    A 3x3 depthwise and a 1x1 convolution compute bounded features. They are averaged over the map,
    and a linear layer gives the logits. There is no softmax and no scale, so the spiking network
    computes the logits itself. Only a linear layer follows the average, so the last map also gives
    a class activation map (Zhou et al., CVPR 2016).

    Args:
        x: (N, H, W, C) float32.
        features: number of channels that are averaged.
        classes: number of logits.
        name: prefix of the layer names.

    Returns:
        (N, classes) float32 logits.
    """
    x = depthwise(x, f"{name}_mix")
    x = convolution(x, features, f"{name}_features")
    x = layers.GlobalAveragePooling2D(name=f"{name}_average")(x)
    return layers.Dense(classes, name="logits")(x)


def average_head(x: tf.Tensor, features: int, classes: int, name: str = "head") -> tf.Tensor:
    """Builds the usual head, for the ablation: 1x1 convolution, average, linear layer.

    Its features have no upper bound.

    Args:
        x: (N, H, W, C) float32.
        features: number of channels that are averaged.
        classes: number of logits.
        name: prefix of the layer names.

    Returns:
        (N, classes) float32 logits.
    """
    x = layers.Conv2D(features, 1, use_bias=False, name=f"{name}_features_conv")(x)
    x = layers.BatchNormalization(name=f"{name}_features_bn")(x)
    x = layers.ReLU(name=f"{name}_features_relu")(x)
    x = layers.GlobalAveragePooling2D(name=f"{name}_average")(x)
    return layers.Dense(classes, name="logits")(x)
