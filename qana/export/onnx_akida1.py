"""Akida 1.0 layers as ONNX operators that give the same integers.

A layer weighs and sums its inputs, subtracts a threshold and counts the steps that the rest fills,
a begun one too, up to 15 for 4 bits. A step is computed with in sixteenths
(`qana.conversion.akida1_rounding`). A separable layer is a depthwise and a 1x1 convolution with nothing
between, and what the chip calls global average pooling is a sum: its steps are as much longer.

The integers travel in float32 here too; `qana.export.onnx_akida2` says when that is exact.
"""

import akida
import numpy as np

from qana.export.onnx_akida2 import same_geometry
from qana.export.onnx_graph import Graph, Signal, TwinError
from qana.export.onnx_rescaling import EXACT, read
from qana.inference.manifest import STEP_PARTS

FIRST = akida.LayerType.InputConvolutional
SEPARABLE = akida.LayerType.SeparableConvolutional
THRESHOLDED = (FIRST, akida.LayerType.Convolutional, SEPARABLE)
LONGEST_STEP = 2**17
"""Below it the quotient of a sum and a step, at most 16, is rounded by less than what a sixteenth
beyond a whole number of steps is: float32 never takes a begun step for none."""


def thresholded(graph: Graph, layer: akida.Layer, source: Signal) -> Signal:
    """InputConvolutional, Convolutional or SeparableConvolutional.

    Raises:
        TwinError: its padding, form or pooling has no counterpart here, or float32 cannot hold its
            sums or steps.
    """
    parameters = layer.parameters
    first = parameters.layer_type == FIRST
    if first and parameters.padding_value:
        raise TwinError(f"Layer {layer.name} has a padding that a dense twin does not have.")
    weights, threshold = read(layer, "weights"), read(layer, "threshold")
    if parameters.stride_x != parameters.stride_y or weights.shape[0] != weights.shape[1]:
        raise TwinError(f"Layer {layer.name} is not square, which a dense twin does not have.")
    if not first:
        weights = weights[::-1, ::-1]  # Akida keeps these turned by 180 degrees
    separable = parameters.layer_type == SEPARABLE
    kernel = weights.transpose(2, 3, 0, 1) if separable else weights.transpose(3, 2, 0, 1)
    low, high = (np.full(layer.input_dims[2], end) for end in (source.low, source.high))
    geometry = same_geometry(
        layer, len(weights), parameters.stride_x, layer.input_dims[2] if separable else 1
    )
    sums = source.name
    if separable:
        low, high = _reach(layer, kernel, low[:, None], high[:, None])
        sums = graph.add("Conv", sums, graph.constant(kernel.astype(np.float32)), **geometry)
        kernel, geometry = read(layer, "weights_pw").transpose(3, 2, 0, 1), {}
    places = _places(layer)
    low, high = _reach(layer, kernel, low, high, abs(threshold), places)
    bias = -threshold if places == 1 else np.zeros_like(threshold)
    tensors = (graph.constant(values.astype(np.float32)) for values in (kernel, bias))
    sums = graph.add("Conv", sums, *tensors, **geometry)
    if places > 1:
        sums = graph.add("ReduceSum", sums, graph.constant(np.array([2, 3])), keepdims=1)
        sums = graph.add("Sub", sums, graph.per_channel(threshold))
    begun = graph.add("Div", sums, graph.per_channel(_steps(layer, high - threshold)))
    most = 2**parameters.act_bits - 1
    return Signal(graph.clip(graph.add("Ceil", begun), 0, most, layer.name), 0, most)


def fully_connected(graph: Graph, layer: akida.Layer, source: Signal) -> Signal:
    """FullyConnected whose sums are the logits' integers.

    Raises:
        TwinError: it reads several places, it has an activation, or float32 cannot hold its sums.
    """
    if layer.input_dims[:2] != [1, 1]:
        raise TwinError(f"Layer {layer.name} reads several places, which a dense twin does not.")
    if layer.parameters.activation:
        raise TwinError(f"Layer {layer.name} rescales its sums, which a dense twin does not.")
    weights = read(layer, "weights")[0, 0]
    reach = abs(weights).sum(axis=0) * max(-source.low, source.high)
    if (reach + abs(read(layer, "threshold")) >= EXACT).any():
        raise TwinError(f"Layer {layer.name} has sums too large for an exact float32 product.")
    flat = graph.add("Flatten", source.name)
    tensor = graph.constant(weights.astype(np.float32))
    return Signal(graph.add("MatMul", flat, tensor, name=layer.name), -EXACT, EXACT)


def _reach(
    layer: akida.Layer,
    kernel: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    more: np.ndarray | int = 0,
    places: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """(F,) least and greatest sums of (F, I, h, w) weights on inputs from (I,) `low` to `high`.

    Raises:
        TwinError: one of them, `more` included, is too large for float32.
    """
    ends = np.stack([kernel * end[..., None, None] for end in (low, high)])
    least = places * np.minimum(ends.min(axis=0), 0).sum((1, 2, 3))  # 0: the padding
    most = places * np.maximum(ends.max(axis=0), 0).sum((1, 2, 3))
    if (np.maximum(-least, most) + more >= EXACT).any():
        raise TwinError(f"Layer {layer.name} has sums too large for an exact float32 convolution.")
    return least, most


def _steps(layer: akida.Layer, most: np.ndarray) -> np.ndarray:
    """(F,) lengths of the steps; `most` are the greatest sums above the threshold."""
    steps = np.floor(layer.get_variable("act_step").astype(np.float64) * STEP_PARTS) / STEP_PARTS
    steps = np.where(most > 0, steps, 1)  # a channel that never fires has any step
    if (steps >= LONGEST_STEP).any() or (steps <= 0).any():
        raise TwinError(f"Layer {layer.name} has steps that a dense twin cannot count.")
    return steps


def _places(layer: akida.Layer) -> int:
    """Places that are summed before the steps are counted; 1 without pooling."""
    parameters = layer.parameters
    pooling = akida.PoolType(parameters.pool_type)
    if pooling == akida.PoolType.NoPooling:
        return 1
    whole = layer.output_dims[:2] == [1, 1] and parameters.stride_x == 1
    if pooling != akida.PoolType.Average or not whole:
        raise TwinError(f"Layer {layer.name} has a pooling that a dense twin does not have.")
    return int(np.prod(layer.input_dims[:2]))
