"""Squeeze and excitation, without the gate that Akida lacks."""

import tensorflow as tf
from quantizeml.layers import DepthwiseConv2DTranspose
from tf_keras import layers

from qana.network.blocks.convolution import (
    NEARLY_NOTHING,
    convolution,
    depthwise,
    normalize_and_bound,
)


def squeeze_excitation(x: tf.Tensor, name: str, ratio: int = 4) -> tf.Tensor:
    """Squeeze and excitation over neighbourhoods: (N, H, W, C) float32 to the same, non-negative
    correction added.

    The published form averages the whole map, gates by a sigmoid and broadcasts back by a
    multiplication; none of the three converts. Here the squeeze is a strided depthwise
    convolution, the bottleneck of two 1x1 convolutions is kept, and a transposed depthwise
    convolution spreads the excitation back over the map, where it is added.

    Source: Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018, as used by the QANA paper.

    Raises:
        ValueError: the map's sides are odd, so they cannot be halved and restored.
    """
    channels = x.shape[-1]
    if x.shape[1] % 2 or x.shape[2] % 2:
        raise ValueError(f"Squeeze and excitation needs even sides, not {x.shape[1]}x{x.shape[2]}.")
    squeezed = depthwise(x, f"{name}_squeeze", stride=2)
    reduced = convolution(squeezed, channels // ratio, f"{name}_reduce")
    excited = convolution(reduced, channels, f"{name}_expand")
    spread = DepthwiseConv2DTranspose(
        3, strides=2, padding="same", use_bias=False, name=f"{name}_spread_dwt"
    )(excited)
    excitation = normalize_and_bound(spread, f"{name}_spread", scale=NEARLY_NOTHING)
    return layers.Add(name=f"{name}_add")([x, excitation])
