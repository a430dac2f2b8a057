"""The inverted residual block of MobileNetV2, whole or fused."""

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
    """Inverted residual: 1x1 to `expansion` times the channels, depthwise, 1x1 back, linear.

    Where `fused`, one full convolution stands in place of the first two: more products, but no map
    of many channels at the full size between them, and that map is what costs time and events.

    (N, H, W, C) float32 to (N, H / stride, W / stride, filters), signed; added to its input where
    the shapes agree.

    Source: Sandler et al., "MobileNetV2", CVPR 2018, as in EfficientNet-Lite; fused as in Tan and
    Le, "EfficientNetV2", ICML 2021.
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
