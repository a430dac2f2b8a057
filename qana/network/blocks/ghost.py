"""Ghost features: half of the channels from cheap operations."""

import tensorflow as tf
from tf_keras import layers

from qana.network.blocks.convolution import NEARLY_NOTHING, convolution, depthwise


def ghost(x: tf.Tensor, filters: int, name: str) -> tf.Tensor:
    """Ghost features: half the channels by a 1x1 convolution, the rest by a cheap depthwise 3x3.

    (N, H, W, C) float32 to (N, H, W, filters) float32 in [0, 6].

    Source: Han et al., "GhostNet: More Features from Cheap Operations", CVPR 2020; the QANA paper
    (arXiv 2507.15958) uses it under a tight FLOP budget.

    Raises:
        ValueError: `filters` is odd, so it has no half.
    """
    if filters % 2:
        raise ValueError(f"A ghost block needs an even number of filters, not {filters}.")
    primary = convolution(x, filters // 2, f"{name}_primary")
    cheap = depthwise(primary, f"{name}_cheap")
    return layers.Concatenate(name=f"{name}_concat")([primary, cheap])


def residual_ghost(x: tf.Tensor, name: str, expansion: int = 2) -> tf.Tensor:
    """Ghost features, projected back and added to their input: (N, H, W, C) to the same, signed.

    The projection is linear, as in an inverted residual: a rectified one could only add.
    """
    channels = x.shape[-1]
    features = ghost(x, channels * expansion, f"{name}_ghost")
    update = convolution(features, channels, f"{name}_project", bounded=False, scale=NEARLY_NOTHING)
    return layers.Add(name=f"{name}_add")([x, update])
