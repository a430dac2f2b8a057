"""Akida 2.0 layers as ONNX operators that give the same integers.

A layer shifts its inputs left, channel by channel, weighs and sums them and adds a shifted bias;
`qana.export.onnx_rescaling` says what becomes of the sums.

Here the shifts of the inputs go into the weights, and the integers travel in float32, which adds
integers exactly in any order as long as no partial sum reaches 2 ** 24. Whether one can follows
from the weights and the range of the inputs: every layer is checked, and one that breaks the bound
is refused. The integer convolution of ONNX Runtime 1.23 reads unsigned 8-bit weights alone, too few
bits for shifted weights, and its depthwise form is slower than float32.
"""

from typing import Any

import akida
import numpy as np

from qana.export.onnx_graph import Graph, Signal, TwinError
from qana.export.onnx_rescaling import (
    EXACT,
    LARGEST,
    SMALLEST,
    Output,
    check_exact,
    floor,
    read,
    read_bias,
    read_output,
    rescale,
)

TRANSPOSED = akida.LayerType.DepthwiseConv2DTranspose
DEPTHWISE = (akida.LayerType.DepthwiseConv2D, TRANSPOSED)


def convolution(graph: Graph, layer: akida.Layer, source: Signal) -> Signal:
    """InputConv2D, Conv2D, DepthwiseConv2D or DepthwiseConv2DTranspose.

    Raises:
        TwinError: its activation, padding or pooling has no counterpart here, or float32 cannot
            hold its sums.
    """
    kernel, bias, output = _kernel(layer), read_bias(layer), read_output(layer)
    if "padding_value" in layer.get_variable_names():
        # Pixels less the padding value are padded with zeros.
        padding = read(layer, "padding_value")
        bias = bias + np.einsum("fihw,i->f", kernel, padding)
        low, high = source.low - int(padding.max()), source.high - int(padding.min())
        source = Signal(graph.add("Sub", source.name, graph.per_channel(padding)), low, high)
    ends = np.stack([kernel * source.low, kernel * source.high])
    least, most = ends.min(axis=0).sum((1, 2, 3)), ends.max(axis=0).sum((1, 2, 3))
    reach = np.maximum(-least, most) + abs(bias)
    places = _places(layer)
    if places == 1:
        # A channel that no input moves may have any bias and shift: only its one value is kept.
        value = output.integers(least + bias)
        fixed = value == output.integers(most + bias)
        kernel = np.where(fixed[:, None, None, None], 0, kernel)
        bias, reach = np.where(fixed, value, bias), np.where(fixed, abs(value), reach)
        output = Output(
            None if output.limit is None else np.where(fixed, LARGEST, output.limit),
            np.where(fixed, 1, output.scale),
            np.where(fixed, 0, output.shift),
        )
    check_exact(layer, reach, output, places)
    sums = graph.add(
        "ConvTranspose" if layer.parameters.layer_type == TRANSPOSED else "Conv",
        source.name,
        graph.constant(kernel.astype(np.float32)),
        graph.constant(bias.astype(np.float32)),
        **_geometry(layer),
    )
    # Without a cut between, ONNX Runtime folds the scale into the weights, which is not exact.
    sums = graph.clip(sums, -EXACT if output.limit is None else 0, EXACT)
    if places > 1:
        if output.limit is not None:
            sums = graph.add("Min", sums, graph.per_channel(output.limit))
        sums = graph.add("ReduceSum", sums, graph.constant(np.array([2, 3])), keepdims=1)
    rounded = rescale(graph, sums, output.scale, output.shift)
    if output.limit is None:
        return _int8(graph, rounded, layer.name)
    # Rounding keeps order, so the maximum may be cut after it, together with int8.
    top = output.integers(output.limit) if places == 1 else np.full(len(bias), LARGEST)
    return Signal(graph.add("Min", rounded, graph.per_channel(top), name=layer.name), 0, LARGEST)


def add(graph: Graph, layer: akida.Layer, a: Signal, b: Signal) -> Signal:
    """Add: both inputs aligned by left shifts, summed, shifted right, cut to int8."""
    shift = -read(layer, "output_shift")
    aligned = (
        graph.add("Mul", source.name, graph.per_channel(np.exp2(read(layer, name) - shift)))
        for source, name in ((a, "a_shift"), (b, "b_shift"))
    )
    return _int8(graph, floor(graph, graph.add("Add", *aligned), shift), layer.name)


def concatenate(graph: Graph, layer: akida.Layer, sources: list[Signal]) -> Signal:
    """Concatenate, along the channels."""
    joined = graph.add("Concat", *(source.name for source in sources), name=layer.name, axis=1)
    low, high = min(source.low for source in sources), max(source.high for source in sources)
    return Signal(joined, low, high)


def dense(graph: Graph, layer: akida.Layer, source: Signal) -> Signal:
    """Dense1D whose sums are the logits' integers.

    Raises:
        TwinError: it reads several places, it has an activation or a scale, or float32 cannot hold
            its sums.
    """
    weights = read(layer, "weights") << read(layer, "input_shift")[:, None]
    bias, output = read_bias(layer), read_output(layer)
    if layer.input_dims[:2] != [1, 1]:
        raise TwinError(f"Layer {layer.name} reads several places, which a dense twin does not.")
    if output.limit is not None or (output.scale != 1).any() or output.shift.any():
        raise TwinError(f"Layer {layer.name} rescales its sums, which a dense twin does not.")
    reach = abs(weights).sum(axis=0) * max(-source.low, source.high) + abs(bias)
    check_exact(layer, reach, output)
    flat = graph.add("Flatten", source.name)
    tensors = [graph.constant(values.astype(np.float32)) for values in (weights, bias)]
    return Signal(graph.add("Gemm", flat, *tensors, name=layer.name), -EXACT, EXACT)


def _int8(graph: Graph, rounded: str, name: str) -> Signal:
    return Signal(graph.clip(rounded, SMALLEST, LARGEST, name), SMALLEST, LARGEST)


def _kernel(layer: akida.Layer) -> np.ndarray:
    """(F, I, h, w) int64 weights as ONNX has them, with the shifts of the inputs in them."""
    weights, kind = read(layer, "weights"), layer.parameters.layer_type
    if "input_shift" in layer.get_variable_names():
        weights = weights << read(layer, "input_shift")[:, None]
    if kind in (akida.LayerType.Conv2D, akida.LayerType.DepthwiseConv2D):
        weights = weights[::-1, ::-1]  # Akida keeps these turned by 180 degrees
    return weights.transpose(2, 3, 0, 1) if kind in DEPTHWISE else weights.transpose(3, 2, 0, 1)


def _places(layer: akida.Layer) -> int:
    """Places that a global average sums over; 1 without one."""
    if layer.parameters.layer_type == TRANSPOSED:
        return 1
    pooling, stride = akida.PoolType(layer.parameters.pool_type), layer.parameters.kernel_stride
    if pooling == akida.PoolType.NoPooling:
        return 1
    if pooling != akida.PoolType.Average or layer.output_dims[:2] != [1, 1] or stride != 1:
        raise TwinError(f"Layer {layer.name} has a pooling that a dense twin does not have.")
    return int(np.prod(layer.input_dims[:2]))


def _geometry(layer: akida.Layer) -> dict[str, Any]:
    """Strides, padding and groups of the convolution."""
    kind, size = layer.parameters.layer_type, layer.parameters.kernel_size
    groups = layer.input_dims[2] if kind in DEPTHWISE else 1
    if kind == TRANSPOSED:
        before = (size - 2) // 2
        pads = [before] * 2 + [size - 2 - before] * 2
        return {"strides": [2, 2], "pads": pads, "group": groups}
    return same_geometry(layer, size, layer.parameters.kernel_stride, groups)


def same_geometry(layer: akida.Layer, size: int, stride: int, groups: int) -> dict[str, Any]:
    """Strides, padding and groups of a convolution with TensorFlow's "same" padding.

    Raises:
        TwinError: the layer has another padding.
    """
    if layer.parameters.padding != int(akida.Padding.Same):
        raise TwinError(f"Layer {layer.name} has a padding that a dense twin does not have.")
    sides = layer.input_dims[:2]
    missing = [max((-(-side // stride) - 1) * stride + size - side, 0) for side in sides]
    before = [total // 2 for total in missing]
    after = [total - first for total, first in zip(missing, before, strict=True)]
    return {"strides": [stride, stride], "pads": before + after, "group": groups}
