"""Computes with the integers of quantizeml in torch, so that gradients need no TensorFlow.

Every function here has a counterpart in quantizeml (BrainChip, Apache-2.0,
https://doc.brainchipinc.com/user_guide/quantizeml.html). The integers are stored as 64-bit floats,
which hold them exactly. Fractions and scales have the 32 bits of quantizeml, because they decide
the integers. The gradient of rounding and of saturation is 1 (straight-through estimator), as
quantizeml defines it for training.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

SCALE_BITS = 8
"""Bits of the quantized scales."""
LEAST_SCALE = 1e-6
"""Lower bound of the scale of a weight."""


@dataclass(frozen=True)
class FixedPoint:
    """Integers and what one of them is worth: scale * 2 ** -fraction.

    Attributes:
        values: (N, C, H, W) or (N, C) float64, integers.
        fraction: () or (C,) float32, number of fractional bits.
        scale: () or (C,) float32; None for integers that are fixed-point numbers without a scale.
    """

    values: torch.Tensor
    fraction: np.ndarray
    scale: np.ndarray | None = None

    def to_float(self) -> torch.Tensor:
        """Returns the numbers that the integers stand for, float64."""
        worth = np.exp2(-self.fraction.astype(np.float64))
        return self.values * self.spread(worth if self.scale is None else worth * self.scale)

    def spread(self, numbers: np.ndarray) -> torch.Tensor:
        """Gives () or (C,) numbers the shape that multiplies `values` channel by channel."""
        return spread_channels(numbers, self.values)

    def align(self, fraction: np.ndarray | None = None) -> "FixedPoint":
        """Shifts all channels to one fraction; None for the largest one among them."""
        target = np.asarray(self.fraction.max() if fraction is None else fraction)
        shifted = self.values * self.spread(np.exp2(target - self.fraction))
        return replace(self, values=shifted, fraction=target)


def spread_channels(numbers: np.ndarray, x: torch.Tensor) -> torch.Tensor:
    """Gives () or (C,) numbers the shape that multiplies `x`, (N, C, ...), channel by channel."""
    tensor = torch.from_numpy(np.asarray(numbers, np.float64))
    return tensor.reshape(-1, *[1] * (x.dim() - 2)) if tensor.dim() else tensor


def count_fraction_bits(bits: int, ranges: np.ndarray, clamp: bool = True) -> np.ndarray:
    """Counts the fractional bits that numbers of a range leave among `bits`.

    Args:
        bits: number of bits without the sign.
        ranges: largest absolute numbers, float32.
        clamp: whether the result is at most `bits`.
    """
    with np.errstate(divide="ignore"):
        # quantizeml computes the logarithm in 32 bits, too.
        whole = np.ceil(np.log(np.float32(ranges)) / np.log(np.float32(2)))
    found = np.float32(bits) - whole.astype(np.float32)
    return np.minimum(found, np.float32(bits)) if clamp else found


def quantize_kernel(
    kernel: np.ndarray, settings: dict[str, Any], axis: int | None = -1
) -> tuple[np.ndarray, np.ndarray]:
    """Quantizes a kernel as `WeightQuantizer` does.

    Args:
        kernel: float32 weights.
        settings: settings of the quantizer, as Keras writes them.
        axis: axis with a scale for each place if the settings have none; None for one scale.

    Returns:
        Integers, float64, of the shape of `kernel`; () or (C,) float32 scales.
    """
    axis = settings.get("axis", axis)
    bits = settings["bitwidth"] - 1
    others = None if axis is None else tuple(set(range(kernel.ndim)) - {axis % kernel.ndim})
    ranges = np.abs(kernel).max(axis=others, keepdims=axis is not None)
    scales = np.maximum(ranges / np.float32(2**bits - 1), np.float32(LEAST_SCALE))
    integers = np.clip(np.round(kernel / scales), -(2**bits), 2**bits - 1)
    return integers.astype(np.float64), scales.reshape(-1) if others else np.asarray(scales)


def quantize_like(numbers: np.ndarray, other: FixedPoint, bits: int) -> np.ndarray:
    """Quantizes numbers to the fraction and the scale of others, as `AlignedWeightQuantizer` does.

    Args:
        numbers: () or (C,) float32, such as a bias.
        other: integers that the numbers are added to or compared with.
        bits: number of bits without the sign.

    Returns:
        Float64 integers.
    """
    scale = np.float32(1) if other.scale is None else other.scale
    fraction = np.minimum(count_fraction_bits(bits, np.abs(numbers) / scale), other.fraction)
    scaled = np.round(numbers / scale * np.exp2(fraction))
    integers = np.clip(scaled, -(2**bits), 2**bits - 1).astype(np.float64)
    return np.floor(integers * np.exp2(other.fraction - fraction, dtype=np.float64) + 0.5)


def quantize_output(
    x: FixedPoint, settings: dict[str, Any] | None, weights: dict[str, np.ndarray]
) -> FixedPoint:
    """Reduces the bits of a layer's output as `OutputQuantizer` does.

    Args:
        x: output of the layer.
        settings: settings of the quantizer, as Keras writes them; None if the layer has none.
        weights: its "range_max" and "rescaling_rate".
    """
    if settings is None:
        return x
    values, fraction = x.values, x.fraction
    if x.scale is not None:
        scale = x.scale * weights["rescaling_rate"]
        scale_fraction = count_fraction_bits(SCALE_BITS, scale, clamp=False)
        whole = np.minimum(np.round(scale * np.exp2(scale_fraction)), 2**SCALE_BITS - 1)
        values = values * x.spread(whole)
        fraction = fraction + scale_fraction
    bits = settings["bitwidth"] - int(settings.get("signed", True))
    target = count_fraction_bits(bits, weights["range_max"])
    shifted = values * x.spread(np.exp2((target - fraction).astype(np.float64))) + 0.5
    return FixedPoint(limit(pass_through(shifted, shifted.floor()), bits), target)


def limit(values: torch.Tensor, bits: int) -> torch.Tensor:
    """Limits integers to `bits` and the sign. The gradient is 1 everywhere."""
    return pass_through(values, values.clamp(-(2**bits), 2**bits - 1))


def pass_through(values: torch.Tensor, changed: torch.Tensor) -> torch.Tensor:
    """Returns `changed` with the gradient of `values`."""
    return values + (changed - values).detach()
