"""Builds ghost features: half of the channels come from cheap operations."""

import tensorflow as tf
from tf_keras import layers

from qana.network.blocks.convolution import BRANCH_SCALE, convolution, depthwise


def ghost(x: tf.Tensor, filters: int, name: str) -> tf.Tensor:
    """Builds ghost features.

    A 1x1 convolution computes half of the channels. A cheap 3x3 depthwise convolution computes the
    other half from them.

    Source: Han et al., "GhostNet: More Features from Cheap Operations", CVPR 2020. The QANA paper
    (arXiv 2507.15958) uses them to save FLOPs.

    Args:
        x: (N, H, W, C) float32.
        filters: number of output channels, even.
        name: prefix of the layer names.

    Returns:
        (N, H, W, filters) float32, 0 to 6.

    Raises:
        ValueError: `filters` is odd.
    """
    if filters % 2:
        raise ValueError(f"A ghost block needs an even number of filters, not {filters}.")
    primary = convolution(x, filters // 2, f"{name}_primary")
    cheap = depthwise(primary, f"{name}_cheap")
    return layers.Concatenate(name=f"{name}_concat")([primary, cheap])


def residual_ghost(x: tf.Tensor, name: str, expansion: int = 2) -> tf.Tensor:
    """Builds ghost features, projects them back, and adds them to the input.

    The projection has no ReLU, as in an inverted residual. With a ReLU the block could only raise
    values.

    Args:
        x: (N, H, W, C) float32.
        name: prefix of the layer names.
        expansion: number of ghost features for each input channel.

    Returns:
        (N, H, W, C) float32, positive or negative.
    """
    channels = x.shape[-1]
    features = ghost(x, channels * expansion, f"{name}_ghost")
    update = convolution(features, channels, f"{name}_project", bounded=False, scale=BRANCH_SCALE)
    return layers.Add(name=f"{name}_add")([x, update])
