"""Where the weights of a layer meet its inputs, in both generations of Akida.

A single bright pixel shows what the engine does, and both generations do the same: the first layer
holds its kernel as it lies on the picture, every later convolution holds it turned by 180 degrees,
and where padding "same" is an odd number of rows, the odd one comes last, as in TensorFlow.

Akida 1.0 calls rows x and width, columns y and height. Its dense layer reads one channel after the
other and each of them column by column; that of Akida 2.0 reads place by place, as numpy does.
"""

from typing import NamedTuple

import akida
import numpy as np

from qana.errors import UserError

UPSAMPLING = 2
"""Stride of every transposed convolution of Akida 2.0, akida.DepthwiseConv2DTranspose says."""
SEPARABLE = akida.LayerType.SeparableConvolutional
TURNED1 = (akida.LayerType.Convolutional, SEPARABLE)
TURNED2 = (akida.LayerType.Conv2D, akida.LayerType.DepthwiseConv2D)
TURNED = (*TURNED1, *TURNED2)
"""Layers of Akida 1.0 and of 2.0 whose kernel the engine holds turned by 180 degrees."""
AKIDA1 = (akida.LayerType.InputConvolutional, *TURNED1)
AKIDA2 = (akida.LayerType.InputConv2D, *TURNED2)
"""Convolutions of either generation, but for the transposed one."""
DENSE = (akida.LayerType.FullyConnected, akida.LayerType.Dense1D)
WEIGHTS = ("weights", "weights_pw")
"""Variables of a layer that hold weights; the second those of a separable layer's pointwise half,
with as many bits."""
PADDINGS = (akida.Padding.Same, akida.Padding.Valid)


class ConvolutionGeometry(NamedTuple):
    """How a kernel goes along one side of its input.

    Attributes:
        stride: from one place to the next, in inputs.
        places: how many, which is the side of what the convolution gives.
        before: rows or columns of padding before the first input.
    """

    stride: int
    places: int
    before: int


def orient_weights(layer: akida.Layer) -> np.ndarray:
    """(K, L, C, F) weights of a layer as they lie on its inputs; depthwise ones (K, L, C, 1)."""
    weights = layer.get_variable("weights")
    if layer.parameters.layer_type == akida.LayerType.Dense1D:
        return weights[None, None]
    return weights[::-1, ::-1] if layer.parameters.layer_type in TURNED else weights


def arrange_inputs(layer: akida.Layer, inputs: np.ndarray) -> np.ndarray:
    """(H, W, C) inputs as the weights of a layer read them; a dense layer's are (1, 1, H W C)."""
    kind = layer.parameters.layer_type
    if kind == akida.LayerType.FullyConnected:
        inputs = inputs.transpose(2, 1, 0)
    return inputs.reshape(1, 1, -1) if kind in DENSE else inputs


def compute_coverage(layer: akida.Layer, axis: int, kernel: int, size: int) -> np.ndarray:
    """Which input rows a row of the kernel meets, once each, as it moves over the input.

    Args:
        layer: with weights.
        axis: 0 for rows, 1 for columns.
        kernel: rows of its kernel, or columns.
        size: rows of its input as `arrange_inputs` gives it, or columns.

    Returns:
        (kernel, size) float32, 1 where they meet and 0 where they do not.

    Raises:
        UserError: the layer is of a kind that is not known here.
    """
    if layer.parameters.layer_type in DENSE:
        return np.ones((kernel, size), np.float32)
    if layer.parameters.layer_type == akida.LayerType.DepthwiseConv2DTranspose:
        cut = max(kernel - UPSAMPLING, 0) // 2
        target = UPSAMPLING * np.arange(size) + np.arange(kernel)[:, None] - cut
        return ((target >= 0) & (target < UPSAMPLING * size)).astype(np.float32)
    stride, places, before = _walk(layer, axis, kernel, size)
    moved = np.arange(size) + before - np.arange(kernel)[:, None]
    return ((moved % stride == 0) & (moved >= 0) & (moved < stride * places)).astype(np.float32)


def compute_depthwise_sums(layer: akida.Layer, inputs: np.ndarray) -> np.ndarray:
    """What the depthwise half of a separable layer of Akida 1.0 hands on to its pointwise half.

    Args:
        layer: `SEPARABLE`.
        inputs: (H, W, C) integers.

    Returns:
        (H / stride, W / stride, C) int32 sums: between the halves nothing is added, cut or rounded.
    """
    weights = orient_weights(layer)[..., 0].astype(np.int32)
    walks = [_walk(layer, axis, weights.shape[axis], inputs.shape[axis]) for axis in (0, 1)]
    # A kernel never reaches as far as its own length over the end.
    around = [(walk.before, side) for walk, side in zip(walks, weights.shape, strict=False)]
    padded = np.pad(inputs.astype(np.int32), (*around, (0, 0)))
    rows, columns = walks
    sums = np.zeros((rows.places, columns.places, inputs.shape[2]), np.int32)
    for i, j in np.ndindex(weights.shape[:2]):
        met = padded[i :: rows.stride, j :: columns.stride]
        sums += weights[i, j] * met[: rows.places, : columns.places]
    return sums


def _walk(layer: akida.Layer, axis: int, kernel: int, size: int) -> ConvolutionGeometry:
    parameters = layer.parameters
    known = parameters.layer_type in (*AKIDA1, *AKIDA2)
    if not known or akida.Padding(parameters.padding) not in PADDINGS:
        raise UserError(
            f"The operations of layer {layer.name} cannot be counted: use a model that "
            "`python -m qana train` made."
        )
    if parameters.layer_type in AKIDA1:
        stride = (parameters.stride_x, parameters.stride_y)[axis]
    else:
        stride = parameters.kernel_stride
    if akida.Padding(parameters.padding) == akida.Padding.Valid:
        return ConvolutionGeometry(stride, (size - kernel) // stride + 1, 0)
    places = -(-size // stride)
    return ConvolutionGeometry(stride, places, max((places - 1) * stride + kernel - size, 0) // 2)
