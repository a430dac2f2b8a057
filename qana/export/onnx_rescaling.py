"""Rescales the sums of an Akida 2.0 layer to int8, in numpy and as ONNX operators.

A layer with a ReLU clips its sums to [0, limit]. Every layer then multiplies them by an 8-bit
scale, saturates the product at 32 bits, shifts it right with halves rounded up, and clips it to
int8. All these steps are monotonic: a greater sum never gives a smaller output.
"""

from dataclasses import dataclass

import akida
import numpy as np
from onnx import TensorProto

from qana.export.akida_layers import MAX_EXACT, read_integers
from qana.export.onnx_graph import ExportError, Graph

SMALLEST, LARGEST = -128, 127
"""Range of int8, the outputs of a layer."""
MAX_FLOAT32_SHIFT = 17
"""Largest shift that float32 can compute. An output in int8 comes from a scaled sum below
2 ** (shift + 7), and float32 represents integers up to 2 ** 24."""
SATURATED = -(2**31), 2**31 - 1
"""Range of the scaled sums: `post_op_buffer_bits` of every layer is 32. The sums before the scale
do not saturate at their `buffer_bits` of 28 in the simulator."""


@dataclass(frozen=True)
class Rescaling:
    """Rescaling of a layer's sums to its outputs, by output channel.

    Attributes:
        limit: (F,) int64 upper bound of the sums after a ReLU; None without a ReLU.
        scale: (F,) int64 multiplier, at least 1.
        shift: (F,) int64 number of bits to shift right, at least 0.
    """

    limit: np.ndarray | None
    scale: np.ndarray
    shift: np.ndarray

    def apply(self, sums: np.ndarray) -> np.ndarray:
        """Computes the outputs of the layer, as the simulator does.

        Args:
            sums: (F,) int64 sums, bias included.

        Returns:
            (F,) int64 outputs, -128 to 127.
        """
        if self.limit is not None:
            sums = np.clip(sums, 0, self.limit)
        scaled = np.clip(sums * self.scale, *SATURATED)
        half = np.where(self.shift > 0, 1 << np.maximum(self.shift - 1, 0), 0)
        return np.clip((scaled + half) >> self.shift, SMALLEST, LARGEST)


def read_bias(layer: akida.Layer) -> np.ndarray:
    """Reads the bias of a layer: (F,) int64, in the unit of its sums."""
    return read_integers(layer, "bias") << read_integers(layer, "bias_shift")


def read_rescaling(layer: akida.Layer) -> Rescaling:
    """Reads how a layer rescales its sums.

    Raises:
        ExportError: the layer has another activation than a bounded ReLU, or shifts to the left.
    """
    activation = akida.ActivationType(layer.parameters.activation)
    limit = None
    if activation == akida.ActivationType.ReLU and "max_value" in layer.get_variable_names():
        limit = read_integers(layer, "max_value") << read_integers(layer, "max_value_shift")
    elif activation != akida.ActivationType.NoActivation:
        raise ExportError(
            f"Layer {layer.name} has an activation that cannot be exported: use a bounded ReLU."
        )
    shift = -read_integers(layer, "output_shift")
    if (shift < 0).any():
        raise ExportError(f"Layer {layer.name} cannot be exported: it shifts its output left.")
    return Rescaling(limit, read_integers(layer, "output_scales"), shift)


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
