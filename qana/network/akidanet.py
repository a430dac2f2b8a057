"""Builds AkidaNet, the chip vendor's own network, as a baseline."""

import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

from qana.classes import LABELS
from qana.network.blocks.convolution import convolution

CONVOLUTIONS = ((32, 2), (64, 1), (128, 2), (128, 1))
"""Filters at full width and stride of the convolutions."""
SEPARABLE = ((256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
"""Filters at full width and stride of the separable convolutions."""


def _separable(x: tf.Tensor, filters: int, name: str, stride: int) -> tf.Tensor:
    x = layers.DepthwiseConv2D(
        3, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise"
    )(x)
    return convolution(x, filters, name)


def akidanet(*, input_size: int = 128, width: float = 0.5) -> keras.Model:
    """Builds AkidaNet 0.5 for seven classes: 875,447 parameters, 114.29 million MACs at 128x128.

    AkidaNet is BrainChip's variant of MobileNet v1 with full convolutions in the first layers, as
    in its package akida_models 1.14 (Apache-2.0). Activations are bounded at 6, as in QANA. The
    network starts from random weights, because the ImageNet weights would have to be downloaded.

    Args:
        input_size: side of the input, pixels; a multiple of 32.
        width: factor of the number of filters of all layers.

    Returns:
        Keras model with an (N, input_size, input_size, 3) image, 0 to 255, as its input and (N, 7)
        float32 logits as its output.
    """
    image = keras.Input((input_size, input_size, 3), name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescale")(image)
    for index, (filters, stride) in enumerate(CONVOLUTIONS):
        x = convolution(x, int(filters * width), f"conv{index}", kernel=3, stride=stride)
    for index, (filters, stride) in enumerate(SEPARABLE, start=len(CONVOLUTIONS)):
        x = _separable(x, int(filters * width), f"separable{index}", stride)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(image, layers.Dense(len(LABELS), name="logits")(x), name="akidanet")
