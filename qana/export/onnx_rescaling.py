"""What an Akida 2.0 layer makes of its sums: in numpy, and as ONNX operators.

The sums are cut at zero and at a maximum, multiplied by an 8-bit scale, saturated at 32 bits,
shifted right with halves rounded up, and cut to int8. All of it keeps order: a greater sum never
gives a smaller output.
"""

from dataclasses import dataclass

import akida
import numpy as np
from onnx import TensorProto

from qana.export.onnx_graph import Graph, TwinError

SMALLEST, LARGEST = -128, 127
EXACT = 2**24
"""float32 holds every integer up to here (IEEE 754, 24 bits of significand)."""
NARROW_SHIFT = 17
"""An output that int8 holds comes from a scaled sum below 2 ** (shift + 7), which float32 holds up
to this shift."""
SATURATED = -(2**31), 2**31 - 1
"""`post_op_buffer_bits` of every layer is 32. Sums before the scale do not saturate at their
`buffer_bits` of 28 in the simulator."""


@dataclass(frozen=True)
class Output:
    """From sums to outputs, per output channel.

    Attributes:
        limit: (F,) int64 maximum of the sums behind a ReLU, None without one.
        scale: (F,) int64, at least 1.
        shift: (F,) int64, to the right.
    """

    limit: np.ndarray | None
    scale: np.ndarray
    shift: np.ndarray

    def integers(self, sums: np.ndarray) -> np.ndarray:
        """(F,) int64 sums with their bias to (F,) int64 outputs, as the simulator does."""
        if self.limit is not None:
            sums = np.clip(sums, 0, self.limit)
        scaled = np.clip(sums * self.scale, *SATURATED)
        half = np.where(self.shift > 0, 1 << np.maximum(self.shift - 1, 0), 0)
        return np.clip((scaled + half) >> self.shift, SMALLEST, LARGEST)


def read(layer: akida.Layer, name: str) -> np.ndarray:
    """A variable of a layer as int64."""
    return layer.get_variable(name).astype(np.int64)


def read_bias(layer: akida.Layer) -> np.ndarray:
    """(F,) int64 bias in units of the sums."""
    return read(layer, "bias") << read(layer, "bias_shift")


def read_output(layer: akida.Layer) -> Output:
    """How a layer treats its sums.

    Raises:
        TwinError: it has another activation than a bounded ReLU, or shifts to the left.
    """
    activation = akida.ActivationType(layer.parameters.activation)
    limit = None
    if activation == akida.ActivationType.ReLU and "max_value" in layer.get_variable_names():
        limit = read(layer, "max_value") << read(layer, "max_value_shift")
    elif activation != akida.ActivationType.NoActivation:
        raise TwinError(f"Layer {layer.name} has an activation that a dense twin does not have.")
    shift = -read(layer, "output_shift")
    if (shift < 0).any():
        raise TwinError(f"Layer {layer.name} shifts its output left, which a dense twin does not.")
    return Output(limit, read(layer, "output_scales"), shift)


def check_exact(layer: akida.Layer, reach: np.ndarray, output: Output, places: int = 1) -> None:
    """Refuses a layer with a sum that float32 may round or that the simulator may saturate.

    Args:
        layer: to name.
        reach: (F,) int64, bounds of every partial sum's size, bias included.
        output: of the same F channels.
        places: that an average sums over.

    Raises:
        TwinError: for such a layer.
    """
    sums = (reach if output.limit is None else np.minimum(reach, output.limit)) * places
    if (np.maximum(reach, sums) >= EXACT).any():
        raise TwinError(f"Layer {layer.name} has sums too large for an exact float32 convolution.")
    if (sums * output.scale > SATURATED[1]).any():
        raise TwinError(f"Layer {layer.name} may saturate at 32 bits, which a dense twin does not.")


def rescale(graph: Graph, sums: str, scale: np.ndarray, shift: np.ndarray) -> str:
    """Appends (sums * scale) >> shift, halves rounded up, not yet cut to int8.

    Returns:
        Name of a float32 tensor, exact wherever int8 holds it and beyond int8 elsewhere.
    """
    wide = int(shift.max()) > NARROW_SHIFT
    dtype = np.float64 if wide else np.float32
    if wide:
        sums = graph.add("Cast", sums, to=TensorProto.DOUBLE)
    scaled = graph.add("Mul", sums, graph.per_channel(scale / np.exp2(shift), dtype))
    rounded = floor(graph, scaled, shift, dtype)
    return graph.add("Cast", rounded, to=TensorProto.FLOAT) if wide else rounded


def floor(
    graph: Graph, shifted: str, shift: np.ndarray, dtype: type[np.floating] = np.float32
) -> str:
    """Appends the rounding of values that were shifted right: halves go up."""
    half = graph.per_channel(np.where(shift > 0, 0.5, 0), dtype)
    return graph.add("Floor", graph.add("Add", shifted, half))
