"""The parts QANA is made of, each in a form that converts to Akida 2.0 and maps on its nodes.

Three rules hold for every block:

- A convolution is followed by a batch normalization with nothing between, so the normalization
  folds into the convolution's weights at quantization and costs nothing on the chip.
- Every rectified activation is bounded at 6: a fixed range that one outlier cannot stretch, so
  the quantization step is small for common and rare classes alike.
- Every Add and Concatenate feeds a convolution directly. Where it does not, the converter inserts
  an identity convolution, which spends a node and as many MACs as a real one.
"""

import tensorflow as tf
from quantizeml.layers import DepthwiseConv2DTranspose
from tf_keras import layers
from tf_keras.initializers import Constant

BOUND = 6.0
"""Upper bound of every rectified activation, unitless."""
NEARLY_NOTHING = 0.05
"""Scale at which an added branch starts, so that it can join transferred layers without disturbing
them (after Goyal et al., arXiv 1706.02677, who start at 0: weights that are all 0 have no range to
quantize)."""


def _normalized(x: tf.Tensor, name: str, bounded: bool = True, scale: float = 1.0) -> tf.Tensor:
    x = layers.BatchNormalization(gamma_initializer=Constant(scale), name=f"{name}_bn")(x)
    return layers.ReLU(max_value=BOUND, name=f"{name}_relu")(x) if bounded else x


def convolution(
    x: tf.Tensor,
    filters: int,
    name: str,
    kernel: int = 1,
    stride: int = 1,
    bounded: bool = True,
    scale: float = 1.0,
) -> tf.Tensor:
    """Convolution, folded normalization and, where `bounded`, the bounded activation.

    Args:
        x: (N, H, W, C) float32.
        filters: channels of the result.
        name: prefix of the layer names.
        kernel: side of the kernel, pixels.
        stride: step, pixels.
        bounded: False leaves the result signed, for a branch that ends in an Add.
        scale: of the result before training.

    Returns:
        (N, H / stride, W / stride, filters) float32; in [0, 6] where `bounded`.
    """
    x = layers.Conv2D(
        filters, kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_conv"
    )(x)
    return _normalized(x, name, bounded, scale)


def depthwise(x: tf.Tensor, name: str, kernel: int = 3, stride: int = 1) -> tf.Tensor:
    """Depthwise convolution, folded normalization, bounded activation.

    (N, H, W, C) float32 to (N, H / stride, W / stride, C) float32 in [0, 6].
    """
    x = layers.DepthwiseConv2D(
        kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_dw"
    )(x)
    return _normalized(x, name)


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
    excitation = _normalized(spread, f"{name}_spread", scale=NEARLY_NOTHING)
    return layers.Add(name=f"{name}_add")([x, excitation])


def projection_head(x: tf.Tensor, features: int, classes: int, name: str = "head") -> tf.Tensor:
    """Quantized projection head: (N, H, W, C) float32 to (N, classes) float32 logits.

    A depthwise 3x3 and a 1x1 convolution to `features` bounded channels, averaged over the map,
    then a linear layer whose outputs are the logits of the spiking network as they are: no
    softmax, no scale. Since the average is followed by a linear layer only, a class activation map
    can be read from the last map (Zhou et al., CVPR 2016).
    """
    x = depthwise(x, f"{name}_mix")
    x = convolution(x, features, f"{name}_features")
    x = layers.GlobalAveragePooling2D(name=f"{name}_average")(x)
    return layers.Dense(classes, name="logits")(x)


def average_head(x: tf.Tensor, features: int, classes: int, name: str = "head") -> tf.Tensor:
    """The common head, for the ablation: `features` channels without an upper bound, averaged,
    then the linear layer. (N, H, W, C) float32 to (N, classes) float32 logits.
    """
    x = layers.Conv2D(features, 1, use_bias=False, name=f"{name}_features_conv")(x)
    x = layers.BatchNormalization(name=f"{name}_features_bn")(x)
    x = layers.ReLU(name=f"{name}_features_relu")(x)
    x = layers.GlobalAveragePooling2D(name=f"{name}_average")(x)
    return layers.Dense(classes, name="logits")(x)
