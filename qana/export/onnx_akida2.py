"""Exports the layers of Akida 2.0 as ONNX operators that give the same integers.

A layer shifts each input channel left, sums the weighted inputs, adds a shifted bias, and rescales
the sums (`qana.export.onnx_rescaling`). The export moves the shifts of the inputs into the weights
and computes in float32 (`qana.export.akida_layers`). The integer convolution of ONNX Runtime 1.23
would be no help: it takes unsigned 8-bit weights only, which are too narrow for shifted weights,
and its depthwise form is slower than float32.
"""

from typing import Any

import akida
import numpy as np
from onnx import TensorProto

from qana.export.akida_layers import (
    MAX_EXACT,
    ExportError,
    count_pooled_pixels,
    make_conv_attributes,
    read_integers,
)
from qana.export.akida_rescaling import LARGEST, SMALLEST, Rescaling, read_bias, read_rescaling
from qana.export.onnx_graph import Graph, Signal
from qana.export.onnx_rescaling import add_rescaling, add_rounding, check_exact

TRANSPOSED = akida.LayerType.DepthwiseConv2DTranspose
DEPTHWISE = (akida.LayerType.DepthwiseConv2D, TRANSPOSED)


def export_convolution(graph: Graph, layer: akida.Layer, source: Signal) -> Signal:
    """Exports InputConv2D, Conv2D, DepthwiseConv2D or DepthwiseConv2DTranspose.

    Args:
        graph: graph to add to.
        layer: Akida layer.
        source: its input.

    Returns:
        Its output, -128 to 127.

    Raises:
        ExportError: its activation, padding or pooling cannot be exported, or float32 cannot hold
            its sums.
    """
    kernel, bias, rescaling = _read_kernel(layer), read_bias(layer), read_rescaling(layer)
    if "padding_value" in layer.get_variable_names():
        # ONNX pads with zeros, so the padding value is subtracted from the pixels first.
        padding = read_integers(layer, "padding_value")
        bias = bias + np.einsum("fihw,i->f", kernel, padding)
        low, high = source.low - int(padding.max()), source.high - int(padding.min())
        shifted = graph.add_node("Sub", source.name, graph.add_channel_constant(padding))
        source = Signal(shifted, low, high)
    pixels = 1
    if layer.parameters.layer_type != TRANSPOSED:
        pixels = count_pooled_pixels(layer, layer.parameters.kernel_stride)
    if pixels == 1:
        kernel, bias, rescaling = _replace_constant_channels(kernel, bias, rescaling, source)
    least, most = _bound_products(kernel, source)
    check_exact(layer, np.maximum(-least, most) + abs(bias), rescaling, pixels)
    sums = graph.add_node(
        "ConvTranspose" if layer.parameters.layer_type == TRANSPOSED else "Conv",
        source.name,
        graph.add_constant(kernel.astype(np.float32)),
        graph.add_constant(bias.astype(np.float32)),
        **_make_attributes(layer),
    )
    # Without an operator in between, ONNX Runtime multiplies the scale into the weights, and the
    # sums are no longer exact.
    sums = graph.add_clip(sums, -MAX_EXACT if rescaling.limit is None else 0, MAX_EXACT)
    if pixels > 1:
        if rescaling.limit is not None:
            sums = graph.add_node("Min", sums, graph.add_channel_constant(rescaling.limit))
        # Float32 holds each sum of a pixel, but not always the sum of all pixels.
        sums = graph.add_node("Cast", sums, to=TensorProto.DOUBLE)
        sums = graph.add_node("ReduceSum", sums, graph.add_constant(np.array([2, 3])), keepdims=1)
    rounded = add_rescaling(graph, sums, rescaling.scale, rescaling.shift, is_double=pixels > 1)
    if rescaling.limit is None:
        return _clip_to_int8(graph, rounded, layer.name)
    # Rescaling is monotonic, so one clip after it covers both the limit and int8.
    top = rescaling.apply(rescaling.limit) if pixels == 1 else np.full(len(bias), LARGEST)
    clipped = graph.add_node("Min", rounded, graph.add_channel_constant(top), name=layer.name)
    return Signal(clipped, 0, LARGEST)


def _bound_products(kernel: np.ndarray, source: Signal) -> tuple[np.ndarray, np.ndarray]:
    """Computes the lower and the upper bound of a convolution's sums without bias, (F,) each."""
    ends = np.stack([kernel * source.low, kernel * source.high])
    return ends.min(axis=0).sum((1, 2, 3)), ends.max(axis=0).sum((1, 2, 3))


def _replace_constant_channels(
    kernel: np.ndarray, bias: np.ndarray, rescaling: Rescaling, source: Signal
) -> tuple[np.ndarray, np.ndarray, Rescaling]:
    """Replaces each channel with a constant output by this output.

    Such a channel may have a bias and a shift of any size, which float32 could not hold.

    Args:
        kernel: (F, I, h, w) int64 weights.
        bias: (F,) int64 bias.
        rescaling: rescaling of the F channels.
        source: input of the layer.

    Returns:
        Kernel, bias and rescaling that give the same outputs.
    """
    least, most = _bound_products(kernel, source)
    value = rescaling.apply(least + bias)
    constant = value == rescaling.apply(most + bias)
    limit = rescaling.limit
    return (
        np.where(constant[:, None, None, None], 0, kernel),
        np.where(constant, value, bias),
        Rescaling(
            None if limit is None else np.where(constant, LARGEST, limit),
            np.where(constant, 1, rescaling.scale),
            np.where(constant, 0, rescaling.shift),
        ),
    )


def export_add(graph: Graph, layer: akida.Layer, a: Signal, b: Signal) -> Signal:
    """Exports Add: it shifts both inputs left, adds them, shifts the sum right and clips to int8.

    Args:
        graph: graph to add to.
        layer: Akida layer.
        a: its first input.
        b: its second input.

    Returns:
        Its output, -128 to 127.
    """
    shift = -read_integers(layer, "output_shift")
    aligned = [
        graph.add_node(
            "Mul",
            source.name,
            graph.add_channel_constant(np.exp2(read_integers(layer, name) - shift)),
        )
        for source, name in ((a, "a_shift"), (b, "b_shift"))
    ]
    rounded = add_rounding(graph, graph.add_node("Add", *aligned), shift)
    return _clip_to_int8(graph, rounded, layer.name)


def export_concatenate(graph: Graph, layer: akida.Layer, sources: list[Signal]) -> Signal:
    """Exports Concatenate, which joins its inputs along the channels.

    Args:
        graph: graph to add to.
        layer: Akida layer.
        sources: its inputs.

    Returns:
        Its output, in the range of all inputs.
    """
    names = (source.name for source in sources)
    joined = graph.add_node("Concat", *names, name=layer.name, axis=1)
    low, high = min(source.low for source in sources), max(source.high for source in sources)
    return Signal(joined, low, high)


def export_dense(graph: Graph, layer: akida.Layer, source: Signal) -> Signal:
    """Exports Dense1D as the last layer: its sums are the logits before their scaling.

    Args:
        graph: graph to add to.
        layer: Akida layer.
        source: its input, one pixel.

    Returns:
        Its sums, (N, F) float32.

    Raises:
        ExportError: the layer reads more than one pixel, rescales its sums, or float32 cannot hold
            them.
    """
    weights = read_integers(layer, "weights") << read_integers(layer, "input_shift")[:, None]
    bias, rescaling = read_bias(layer), read_rescaling(layer)
    if layer.input_dims[:2] != [1, 1]:
        raise ExportError(f"Layer {layer.name} cannot be exported: it reads more than one pixel.")
    if rescaling.limit is not None or (rescaling.scale != 1).any() or rescaling.shift.any():
        raise ExportError(f"Layer {layer.name} cannot be exported: it rescales its sums.")
    largest = abs(weights).sum(axis=0) * max(-source.low, source.high) + abs(bias)
    check_exact(layer, largest, rescaling)
    flat = graph.add_node("Flatten", source.name)
    tensors = [graph.add_constant(values.astype(np.float32)) for values in (weights, bias)]
    return Signal(graph.add_node("Gemm", flat, *tensors, name=layer.name), -MAX_EXACT, MAX_EXACT)


def _clip_to_int8(graph: Graph, rounded: str, name: str) -> Signal:
    return Signal(graph.add_clip(rounded, SMALLEST, LARGEST, name), SMALLEST, LARGEST)


def _read_kernel(layer: akida.Layer) -> np.ndarray:
    """Reads the weights as ONNX orders them, with the shifts of the inputs: (F, I, h, w) int64."""
    weights, kind = read_integers(layer, "weights"), layer.parameters.layer_type
    if "input_shift" in layer.get_variable_names():
        weights = weights << read_integers(layer, "input_shift")[:, None]
    if kind in (akida.LayerType.Conv2D, akida.LayerType.DepthwiseConv2D):
        weights = weights[::-1, ::-1]  # Akida stores these kernels rotated by 180 degrees
    return weights.transpose(2, 3, 0, 1) if kind in DEPTHWISE else weights.transpose(3, 2, 0, 1)


def _make_attributes(layer: akida.Layer) -> dict[str, Any]:
    """Makes the attributes of the ONNX convolution of a layer."""
    kind, size = layer.parameters.layer_type, layer.parameters.kernel_size
    groups = layer.input_dims[2] if kind in DEPTHWISE else 1
    if kind == TRANSPOSED:
        before = (size - 2) // 2
        pads = [before] * 2 + [size - 2 - before] * 2
        return {"strides": [2, 2], "pads": pads, "group": groups}
    return make_conv_attributes(layer, size, layer.parameters.kernel_stride, groups)
