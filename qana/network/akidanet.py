"""AkidaNet, the vendor's own network for its chips: a baseline."""

import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

from qana.classes import LABELS
from qana.network.blocks.convolution import convolution

CONVOLUTIONS = ((32, 2), (64, 1), (128, 2), (128, 1))
SEPARABLE = ((256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
"""Filters at full width, and stride."""


def _separable(x: tf.Tensor, filters: int, name: str, stride: int) -> tf.Tensor:
    x = layers.DepthwiseConv2D(
        3, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise"
    )(x)
    return convolution(x, filters, name)


def akidanet(*, input_size: int = 128, width: float = 0.5) -> keras.Model:
    """AkidaNet 0.5 with seven classes: 875,447 parameters, 114.29 million MACs at 128x128.

    BrainChip's network after MobileNet v1, with full convolutions in the first layers, as its
    akida_models 1.14 (Apache-2.0) describes it; activations are bounded at 6, as ours are. Its
    ImageNet weights are a download, so it starts from nothing here.

    Args:
        input_size: side of the input, pixels; a multiple of 32.
        width: factor of all filters.

    Returns:
        Keras model: (N, input_size, input_size, 3) image, 0 to 255, to (N, 7) float32 logits.
    """
    image = keras.Input((input_size, input_size, 3), name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescale")(image)
    for index, (filters, stride) in enumerate(CONVOLUTIONS):
        x = convolution(x, int(filters * width), f"conv{index}", kernel=3, stride=stride)
    for index, (filters, stride) in enumerate(SEPARABLE, start=len(CONVOLUTIONS)):
        x = _separable(x, int(filters * width), f"separable{index}", stride)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(image, layers.Dense(len(LABELS), name="logits")(x), name="akidanet")
