"""Spatially-aware channel attention, without the gate that Akida lacks."""

import tensorflow as tf
from tf_keras import layers

from qana.network.blocks.convolution import NEARLY_NOTHING, convolution, depthwise


def spatial_channel_attention(x: tf.Tensor, name: str) -> tf.Tensor:
    """Spatially-aware channel attention: (N, H, W, C) float32 to the same, signed.

    The published gate multiplies each pixel by a sigmoid of its neighbourhood, and neither the
    multiplication nor the sigmoid exists on Akida. Here the same two steps, a depthwise look
    around (5x5) and a mix of the channels (1x1), give a correction that is added: the network can
    still raise or lower a channel at a place, by its context there.

    Source: the "spatially-aware efficient channel attention" of the QANA paper (arXiv 2507.15958),
    after Wang et al., "ECA-Net", CVPR 2020.
    """
    around = depthwise(x, f"{name}_spatial", kernel=5)
    correction = convolution(
        around, x.shape[-1], f"{name}_channel", bounded=False, scale=NEARLY_NOTHING
    )
    return layers.Add(name=f"{name}_add")([x, correction])
