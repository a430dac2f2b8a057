"""Adds the rescaling of an Akida 2.0 layer (`qana.export.akida_rescaling`) to an ONNX graph."""

import akida
import numpy as np
from onnx import TensorProto

from qana.export.akida_layers import MAX_EXACT, ExportError
from qana.export.akida_rescaling import LARGEST, SATURATED, Rescaling
from qana.export.onnx_graph import Graph

MAX_FLOAT32_SHIFT = 17
"""Largest shift that float32 can compute. An output in int8 comes from a scaled sum below
2 ** (shift + 7), and float32 represents integers up to 2 ** 24."""


def check_exact(
    layer: akida.Layer, largest: np.ndarray, rescaling: Rescaling, pixels: int = 1
) -> None:
    """Checks that float32 holds all sums of a layer and that saturation changes no output.

    Args:
        layer: Akida layer, to name in the error.
        largest: (F,) int64 upper bound of the absolute value of every partial sum, bias included.
        rescaling: rescaling of the same F channels.
        pixels: number of pixels that global average pooling sums.

    Raises:
        ExportError: a sum may be too large.
    """
    sums = (largest if rescaling.limit is None else np.minimum(largest, rescaling.limit)) * pixels
    if (largest >= MAX_EXACT).any():  # sums over pixels have 64 bits, see `add_rescaling`
        raise ExportError(f"Layer {layer.name} has sums too large to be exact in float32.")
    saturates = sums * rescaling.scale > SATURATED[1]
    # A saturated sum is beyond the range of int8 in most layers, where it changes nothing.
    if (saturates & (SATURATED[1] >> rescaling.shift < LARGEST)).any():
        raise ExportError(f"Layer {layer.name} cannot be exported: it may saturate at 32 bits.")


def add_rescaling(
    graph: Graph, sums: str, scale: np.ndarray, shift: np.ndarray, is_double: bool = False
) -> str:
    """Adds operators that compute (sums * scale) >> shift, with halves rounded up.

    Args:
        graph: graph to add to.
        sums: name of the (N, F, H, W) float32 sums, or float64.
        scale: (F,) int64 multiplier.
        shift: (F,) int64 number of bits to shift right.
        is_double: whether the sums are float64.

    Returns:
        Name of a float32 tensor that is not clipped to int8 yet. Values in the range of int8 are
        exact; the others are outside of it, too.
    """
    wide = is_double or int(shift.max()) > MAX_FLOAT32_SHIFT
    dtype = np.float64 if wide else np.float32
    if wide and not is_double:
        sums = graph.add_node("Cast", sums, to=TensorProto.DOUBLE)
    factors = graph.add_channel_constant(scale / np.exp2(shift), dtype)
    rounded = add_rounding(graph, graph.add_node("Mul", sums, factors), shift, dtype)
    return graph.add_node("Cast", rounded, to=TensorProto.FLOAT) if wide else rounded


def add_rounding(
    graph: Graph, shifted: str, shift: np.ndarray, dtype: type[np.floating] = np.float32
) -> str:
    """Adds operators that round shifted values to integers, with halves rounded up.

    Args:
        graph: graph to add to.
        shifted: name of the (N, F, H, W) values, after the shift.
        shift: (F,) int64 number of bits by which they were shifted right.
        dtype: floating type of the values.

    Returns:
        Name of the rounded tensor.
    """
    half = graph.add_channel_constant(np.where(shift > 0, 0.5, 0), dtype)
    return graph.add_node("Floor", graph.add_node("Add", shifted, half))
