"""Exports the layers of Akida 1.0 as ONNX operators that give the same integers.

A layer sums its weighted inputs, subtracts a threshold, and counts how many steps the rest takes. A
step that has begun counts, and the count ends at 15 for 4 bits. A step is cut to a multiple of 1/16
(`qana.conversion.akida1_rounding`). A separable layer is a depthwise and a 1x1 convolution with
nothing in between. Global average pooling sums all pixels and does not divide; its steps are longer
by the same factor.

The integers are held in float32, as `qana.export.akida_layers` explains.
"""

import akida
import numpy as np

from qana.export.akida_layers import (
    MAX_EXACT,
    ExportError,
    count_pooled_pixels,
    make_conv_attributes,
    read_integers,
)
from qana.export.onnx_graph import Graph, Signal
from qana.inference.manifest import STEP_PARTS

FIRST = akida.LayerType.InputConvolutional
SEPARABLE = akida.LayerType.SeparableConvolutional
THRESHOLDED = (FIRST, akida.LayerType.Convolutional, SEPARABLE)
MAX_STEP = 2**17
"""Upper bound of a step. A quotient of a sum and a step is at most 16. Below this bound, float32
rounds it by less than the smallest part of a begun step, so every begun step is counted."""


def export_thresholded(graph: Graph, layer: akida.Layer, source: Signal) -> Signal:
    """Exports InputConvolutional, Convolutional or SeparableConvolutional.

    Args:
        graph: graph to add to.
        layer: Akida layer.
        source: its input.

    Returns:
        Its output, 0 to 2 ** act_bits - 1.

    Raises:
        ExportError: its padding, shape or pooling cannot be exported, or float32 cannot hold its
            sums or steps.
    """
    parameters = layer.parameters
    first = parameters.layer_type == FIRST
    if first and parameters.padding_value:
        raise ExportError(f"Layer {layer.name} has a padding that cannot be exported: pad with 0.")
    weights, threshold = read_integers(layer, "weights"), read_integers(layer, "threshold")
    if parameters.stride_x != parameters.stride_y or weights.shape[0] != weights.shape[1]:
        raise ExportError(
            f"Layer {layer.name} cannot be exported: its kernel or stride is not square."
        )
    if not first:
        weights = weights[::-1, ::-1]  # Akida stores these kernels rotated by 180 degrees
    separable = parameters.layer_type == SEPARABLE
    kernel = weights.transpose(2, 3, 0, 1) if separable else weights.transpose(3, 2, 0, 1)
    low, high = (np.full(layer.input_dims[2], end) for end in (source.low, source.high))
    attributes = make_conv_attributes(
        layer, len(weights), parameters.stride_x, layer.input_dims[2] if separable else 1
    )
    sums = source.name
    if separable:
        low, high = _bound_sums(layer, kernel, low[:, None], high[:, None])
        depthwise = graph.add_constant(kernel.astype(np.float32))
        sums = graph.add_node("Conv", sums, depthwise, **attributes)
        kernel, attributes = read_integers(layer, "weights_pw").transpose(3, 2, 0, 1), {}
    pixels = count_pooled_pixels(layer, parameters.stride_x)
    low, high = _bound_sums(layer, kernel, low, high, abs(threshold), pixels)
    bias = -threshold if pixels == 1 else np.zeros_like(threshold)
    tensors = [graph.add_constant(values.astype(np.float32)) for values in (kernel, bias)]
    sums = graph.add_node("Conv", sums, *tensors, **attributes)
    if pixels > 1:
        sums = graph.add_node("ReduceSum", sums, graph.add_constant(np.array([2, 3])), keepdims=1)
        sums = graph.add_node("Sub", sums, graph.add_channel_constant(threshold))
    steps = graph.add_channel_constant(_read_steps(layer, high - threshold))
    begun = graph.add_node("Ceil", graph.add_node("Div", sums, steps))
    maximum = 2**parameters.act_bits - 1
    return Signal(graph.add_clip(begun, 0, maximum, layer.name), 0, maximum)


def export_fully_connected(graph: Graph, layer: akida.Layer, source: Signal) -> Signal:
    """Exports FullyConnected as the last layer: its sums are the logits before their scaling.

    Args:
        graph: graph to add to.
        layer: Akida layer.
        source: its input, one pixel.

    Returns:
        Its sums, (N, F) float32.

    Raises:
        ExportError: the layer reads more than one pixel, has an activation, or float32 cannot hold
            its sums.
    """
    if layer.input_dims[:2] != [1, 1]:
        raise ExportError(f"Layer {layer.name} cannot be exported: it reads more than one pixel.")
    if layer.parameters.activation:
        raise ExportError(f"Layer {layer.name} cannot be exported: it has an activation.")
    weights = read_integers(layer, "weights")[0, 0]
    largest = abs(weights).sum(axis=0) * max(-source.low, source.high)
    if (largest + abs(read_integers(layer, "threshold")) >= MAX_EXACT).any():
        raise ExportError(f"Layer {layer.name} has sums too large to be exact in float32.")
    flat = graph.add_node("Flatten", source.name)
    tensor = graph.add_constant(weights.astype(np.float32))
    return Signal(graph.add_node("MatMul", flat, tensor, name=layer.name), -MAX_EXACT, MAX_EXACT)


def _bound_sums(
    layer: akida.Layer,
    kernel: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    threshold: np.ndarray | int = 0,
    pixels: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Computes the range of a layer's sums and checks that float32 holds them.

    Args:
        layer: Akida layer, to name in the error.
        kernel: (F, I, h, w) int64 weights.
        low: (I,) lower bounds of the inputs.
        high: (I,) upper bounds of the inputs.
        threshold: (F,) absolute value of the threshold that is subtracted.
        pixels: number of pixels that global average pooling sums.

    Returns:
        Lower and upper bound of the sums, (F,) each, without the threshold.

    Raises:
        ExportError: a sum may be too large.
    """
    ends = np.stack([kernel * end[..., None, None] for end in (low, high)])
    least = pixels * np.minimum(ends.min(axis=0), 0).sum((1, 2, 3))  # 0: the padding
    most = pixels * np.maximum(ends.max(axis=0), 0).sum((1, 2, 3))
    if (np.maximum(-least, most) + threshold >= MAX_EXACT).any():
        raise ExportError(f"Layer {layer.name} has sums too large to be exact in float32.")
    return least, most


def _read_steps(layer: akida.Layer, most: np.ndarray) -> np.ndarray:
    """Reads the lengths of a layer's steps.

    Args:
        layer: Akida layer.
        most: (F,) upper bounds of the sums less the threshold.

    Returns:
        (F,) float64 multiples of 1/16.

    Raises:
        ExportError: a step is too long for float32, or shorter than 1/16.
    """
    steps = np.floor(layer.get_variable("act_step").astype(np.float64) * STEP_PARTS) / STEP_PARTS
    steps = np.where(most > 0, steps, 1)  # the step has no effect in a channel that never fires
    if (steps >= MAX_STEP).any() or (steps <= 0).any():
        raise ExportError(
            f"Layer {layer.name} has steps that cannot be exported: they must lie between 1/16 and "
            f"{MAX_STEP}."
        )
    return steps
