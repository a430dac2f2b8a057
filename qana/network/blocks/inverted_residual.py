"""Builds the inverted residual block of MobileNetV2, separable or fused."""

import tensorflow as tf
from tf_keras import layers

from qana.network.blocks.convolution import convolution, depthwise


def inverted_residual(
    x: tf.Tensor,
    filters: int,
    name: str,
    expansion: int = 6,
    kernel: int = 3,
    stride: int = 1,
    fused: bool = False,
) -> tf.Tensor:
    """Builds an inverted residual block.

    A 1x1 convolution expands the channels, a depthwise convolution filters them, and a 1x1
    convolution without a ReLU projects them back. The fused form replaces the first two by one full
    convolution. It needs more multiplications, but it avoids a map of many channels at full size,
    and such maps cost the most time and events.

    Source: Sandler et al., "MobileNetV2", CVPR 2018, as in EfficientNet-Lite. The fused form is
    from Tan and Le, "EfficientNetV2", ICML 2021.

    Args:
        x: (N, H, W, C) float32.
        filters: number of output channels.
        name: prefix of the layer names.
        expansion: factor of the number of channels inside the block.
        kernel: side of the kernel, pixels.
        stride: step, pixels.
        fused: True builds the fused form.

    Returns:
        (N, H / stride, W / stride, filters) float32, positive or negative. If it has the shape of
        the input, the input is added to it.
    """
    channels = x.shape[-1] * expansion
    if fused:
        inner = convolution(x, channels, f"{name}_expand", kernel=kernel, stride=stride)
    else:
        inner = convolution(x, channels, f"{name}_expand") if expansion > 1 else x
        inner = depthwise(inner, f"{name}_depthwise", kernel=kernel, stride=stride)
    inner = convolution(inner, filters, f"{name}_project", bounded=False)
    if stride == 1 and x.shape[-1] == filters:
        return layers.Add(name=f"{name}_add")([x, inner])
    return inner
