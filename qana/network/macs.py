"""What a network costs: parameters and multiply-accumulates, counted from its layers."""

import math

import tf_keras as keras


def macs(model: keras.Model) -> int:
    """Multiply-accumulates of one image through a Keras model, batch normalization folded.

    Counts convolutions of every kind and dense layers; element-wise operations are left out, as
    is usual. A transposed convolution is counted by its inputs.
    """
    return sum(_layer_macs(layer) for layer in model.layers)


def _layer_macs(layer: keras.layers.Layer) -> int:
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
