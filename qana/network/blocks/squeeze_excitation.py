"""Builds squeeze and excitation without the gate that Akida cannot run."""

import tensorflow as tf
from quantizeml.layers import DepthwiseConv2DTranspose
from tf_keras import layers

from qana.network.blocks.convolution import (
    BRANCH_SCALE,
    convolution,
    depthwise,
    normalize_and_bound,
)


def squeeze_excitation(x: tf.Tensor, name: str, ratio: int = 4) -> tf.Tensor:
    """Builds squeeze and excitation over neighbourhoods of the map.

    The published block averages the whole map, applies a sigmoid, and multiplies the map by the
    result. None of the three converts to Akida. Here a depthwise convolution with stride 2 is the
    squeeze, and the two 1x1 convolutions of the bottleneck stay. A transposed depthwise convolution
    spreads the excitation over the map again, where it is added.

    Source: Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018, as used by the QANA paper
    (arXiv 2507.15958).

    Args:
        x: (N, H, W, C) float32; H and W even.
        name: prefix of the layer names.
        ratio: factor by which the bottleneck has fewer channels.

    Returns:
        (N, H, W, C) float32. The excitation that is added is not negative.

    Raises:
        ValueError: H or W is odd.
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
    excitation = normalize_and_bound(spread, f"{name}_spread", scale=BRANCH_SCALE)
    return layers.Add(name=f"{name}_add")([x, excitation])
