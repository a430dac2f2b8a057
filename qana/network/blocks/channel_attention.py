"""Builds spatially-aware channel attention without the gate that Akida cannot run."""

import tensorflow as tf
from tf_keras import layers

from qana.network.blocks.convolution import BRANCH_SCALE, convolution, depthwise


def spatial_channel_attention(x: tf.Tensor, name: str) -> tf.Tensor:
    """Builds spatially-aware channel attention.

    The published gate multiplies each pixel by a sigmoid of its neighbourhood. Akida has neither
    the multiplication nor the sigmoid. This block takes the same two steps, a 5x5 depthwise and a
    1x1 convolution, and adds their result. It can still raise or lower a channel at a pixel,
    depending on the surroundings of the pixel.

    Source: "spatially-aware efficient channel attention" of the QANA paper (arXiv 2507.15958),
    after Wang et al., "ECA-Net", CVPR 2020.

    Args:
        x: (N, H, W, C) float32.
        name: prefix of the layer names.

    Returns:
        (N, H, W, C) float32, positive or negative.
    """
    context = depthwise(x, f"{name}_spatial", kernel=5)
    correction = convolution(
        context, x.shape[-1], f"{name}_channel", bounded=False, scale=BRANCH_SCALE
    )
    return layers.Add(name=f"{name}_add")([x, correction])
