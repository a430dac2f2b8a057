"""Orientation, stride and padding of the kernels in both generations of Akida.

The rules were found by running the engine on images with a single bright pixel. They are the same
in both generations: the first layer stores its kernel in the orientation of the image, and every
later convolution stores it rotated by 180 degrees. Where padding "same" adds an odd number of rows,
the extra row comes last, as in TensorFlow.

Akida 1.0 calls rows x and width, columns y and height. Its dense layer reads one channel after the
other, each column by column. The dense layer of Akida 2.0 reads in numpy's order (H, W, C).
"""

from typing import NamedTuple

import akida
import numpy as np

from qana.errors import UserError

UPSAMPLING = 2
"""Stride of every transposed convolution of Akida 2.0. Source: akida.DepthwiseConv2DTranspose."""
SEPARABLE = akida.LayerType.SeparableConvolutional
ROTATED1 = (akida.LayerType.Convolutional, SEPARABLE)
ROTATED2 = (akida.LayerType.Conv2D, akida.LayerType.DepthwiseConv2D)
ROTATED = (*ROTATED1, *ROTATED2)
"""Layers of Akida 1.0 and 2.0 with a kernel that the engine stores rotated by 180 degrees."""
AKIDA1 = (akida.LayerType.InputConvolutional, *ROTATED1)
AKIDA2 = (akida.LayerType.InputConv2D, *ROTATED2)
"""Convolutions of each generation, except the transposed one."""
DENSE = (akida.LayerType.FullyConnected, akida.LayerType.Dense1D)
WEIGHTS = ("weights", "weights_pw")
"""Variables that hold weights. The second holds those of a separable layer's pointwise half, which
have as many bits as the first."""
PADDINGS = (akida.Padding.Same, akida.Padding.Valid)


class ConvolutionGeometry(NamedTuple):
    """Stride, output size and padding of a convolution along one axis.

    Attributes:
        stride: distance of two kernel positions, in inputs.
        output_size: number of kernel positions, which is the side of the output.
        padding_before: rows or columns of padding before the first input.
    """

    stride: int
    output_size: int
    padding_before: int


def orient_weights(layer: akida.Layer) -> np.ndarray:
    """Orients the weights of a layer like its inputs.

    Returns:
        (K, L, C, F) integers; (K, L, C, 1) of a depthwise layer.
    """
    weights = layer.get_variable("weights")
    if layer.parameters.layer_type == akida.LayerType.Dense1D:
        return weights[None, None]
    return weights[::-1, ::-1] if layer.parameters.layer_type in ROTATED else weights


def arrange_inputs(layer: akida.Layer, inputs: np.ndarray) -> np.ndarray:
    """Arranges (H, W, C) inputs in the order of a layer's weights: (1, 1, H W C) if it is dense."""
    kind = layer.parameters.layer_type
    if kind == akida.LayerType.FullyConnected:
        inputs = inputs.transpose(2, 1, 0)
    return inputs.reshape(1, 1, -1) if kind in DENSE else inputs


def compute_coverage(layer: akida.Layer, axis: int, kernel: int, size: int) -> np.ndarray:
    """Computes which inputs each row or column of a kernel covers as the kernel moves.

    Args:
        layer: a layer with weights.
        axis: 0 for rows, 1 for columns.
        kernel: side of the kernel along the axis.
        size: side of the input along the axis, after `arrange_inputs`.

    Returns:
        (kernel, size) float32, 1 where a row of the kernel covers a row of the input at one of its
        positions, else 0.

    Raises:
        UserError: the layer is of an unknown kind.
    """
    if layer.parameters.layer_type in DENSE:
        return np.ones((kernel, size), np.float32)
    if layer.parameters.layer_type == akida.LayerType.DepthwiseConv2DTranspose:
        cut = max(kernel - UPSAMPLING, 0) // 2
        target = UPSAMPLING * np.arange(size) + np.arange(kernel)[:, None] - cut
        return ((target >= 0) & (target < UPSAMPLING * size)).astype(np.float32)
    stride, output_size, padding = _read_geometry(layer, axis, kernel, size)
    moved = np.arange(size) + padding - np.arange(kernel)[:, None]
    return ((moved % stride == 0) & (moved >= 0) & (moved < stride * output_size)).astype(
        np.float32
    )


def compute_depthwise_sums(layer: akida.Layer, inputs: np.ndarray) -> np.ndarray:
    """Computes the output of the depthwise half of a separable layer of Akida 1.0.

    Args:
        layer: of type `SEPARABLE`.
        inputs: (H, W, C) integers.

    Returns:
        (H / stride, W / stride, C) int32 sums. The engine neither adds a bias nor rounds between
        the two halves.
    """
    weights = orient_weights(layer)[..., 0].astype(np.int32)
    geometry = [
        _read_geometry(layer, axis, weights.shape[axis], inputs.shape[axis]) for axis in (0, 1)
    ]
    # A kernel reaches less than its own length beyond the end.
    padding = [
        (one.padding_before, side) for one, side in zip(geometry, weights.shape, strict=False)
    ]
    padded = np.pad(inputs.astype(np.int32), (*padding, (0, 0)))
    rows, columns = geometry
    sums = np.zeros((rows.output_size, columns.output_size, inputs.shape[2]), np.int32)
    for i, j in np.ndindex(weights.shape[:2]):
        met = padded[i :: rows.stride, j :: columns.stride]
        sums += weights[i, j] * met[: rows.output_size, : columns.output_size]
    return sums


def _read_geometry(layer: akida.Layer, axis: int, kernel: int, size: int) -> ConvolutionGeometry:
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
    output_size = -(-size // stride)
    padding = max((output_size - 1) * stride + kernel - size, 0)
    return ConvolutionGeometry(stride, output_size, padding // 2)
