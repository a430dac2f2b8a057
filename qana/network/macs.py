"""Counts the multiply-accumulates (MACs) of a network from its layers."""

import math

import tf_keras as keras


def count_macs(model: keras.Model) -> int:
    """Counts the multiply-accumulates of a Keras model for one photo.

    The count covers convolutions of every kind and dense layers. Batch normalizations are folded
    into them. Element-wise operations are left out, as usual. A transposed convolution counts by
    the pixels of its input.

    Args:
        model: float or quantized Keras model.

    Returns:
        Number of MACs.
    """
    return sum(_count_layer_macs(layer) for layer in model.layers)


def _count_layer_macs(layer: keras.layers.Layer) -> int:
    kind = type(layer).__name__.removeprefix("Quantized")
    if kind == "Dense":
        return int(layer.kernel.shape[0] * layer.kernel.shape[1])
    pixels_out = math.prod(layer.output_shape[1:3]) if len(layer.output_shape) == 4 else 0
    if kind == "Conv2D":
        return int(math.prod(layer.kernel.shape) * pixels_out)
    if kind == "DepthwiseConv2D":
        return int(math.prod(layer.depthwise_kernel.shape) * pixels_out)
    if kind == "DepthwiseConv2DTranspose":
        return int(math.prod(layer.weights[0].shape) * math.prod(layer.input_shape[1:3]))
    if kind == "SeparableConv2D":
        kernels = math.prod(layer.depthwise_kernel.shape) + math.prod(layer.pointwise_kernel.shape)
        return int(kernels * pixels_out)
    return 0
