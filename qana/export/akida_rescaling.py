"""Rescales the sums of an Akida 2.0 layer to int8, as the simulator does.

A layer with a ReLU clips its sums to [0, limit]. Every layer then multiplies them by an 8-bit
scale, saturates the product at 32 bits, shifts it right with halves rounded up, and clips it to
int8. All these steps are monotonic: a greater sum never gives a smaller output.
"""

from dataclasses import dataclass

import akida
import numpy as np

from qana.export.akida_layers import ExportError, read_integers

SMALLEST, LARGEST = -128, 127
"""Range of int8, the outputs of a layer."""
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
