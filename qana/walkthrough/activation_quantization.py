"""Quantizes the values of one channel after a bounded ReLU.

The quantizer is that of quantizeml 1.2.5, which made the deployed model. After a ReLU, each channel
has its own range, [0, highest value over the calibration photos], and a step that follows from it.
This module is numpy on the values of `qana.walkthrough.float_layers`, so a slider of a page can
call it.
"""

from dataclasses import dataclass

import numpy as np

from qana.errors import UserError
from qana.walkthrough.bit_widths import CHOICES

BINS = 24, 72
"""Fewest and most bins of a histogram."""


@dataclass(frozen=True, eq=False)
class Quantized:
    """One channel after its bounded ReLU and its quantizer.

    Attributes:
        end: upper end of the range, which begins at 0, in the unit of the values.
        step: difference of two levels, in the unit of the values.
        counts: (L,) int64, number of values on each level; level 0 is the value 0.
        clipped: share of the values above the range, 0 to 1.
        error: mean squared difference between the values, clipped to the range, and their levels.
    """

    end: float
    step: float
    counts: np.ndarray
    clipped: float
    error: float

    @property
    def used(self) -> int:
        """Number of levels that at least one value takes."""
        return int(np.count_nonzero(self.counts))


def count_levels(bits: int) -> int:
    """Counts the levels of an activation after a ReLU, the level 0 included.

    With 8 bits the quantizer is signed, as Akida's 8-bit values are, so a ReLU leaves half of its
    levels unused. With fewer bits it is unsigned. Source: `_prepare_output_quantizers` of
    quantizeml.models.quantize.

    Args:
        bits: one of `CHOICES`.

    Raises:
        UserError: `bits` is none of `CHOICES`.
    """
    if bits not in CHOICES:
        raise UserError(f"Activations have 8, 4 or 2 bits here, not {bits}: choose one of these.")
    return 2 ** (bits - 1 if bits == max(CHOICES) else bits)


def compute_step(top: float, bits: int, equalized: bool) -> float:
    """Computes the quantization step that quantizeml chooses for a channel.

    The step is the smallest power of two whose levels cover the range, or cover [0, 1] where the
    range is smaller. Source: `OutputQuantizer` and `FixedPoint.max_frac_bits` of quantizeml.

    Where a single layer with weights reads the activation, quantizeml first equalizes the channel:
    it multiplies the channel by a rate that moves its highest value just below a power of two, and
    divides the next weights by that rate. Source: `_set_and_equalize` of
    quantizeml.models.calibrate, after the cross-layer equalization of Nagel et al., ICCV 2019. In
    the network's unit the step is then the range over 127.5 with 8 bits, over 15 with 4 and over 3
    with 2. The chip rounds that rate to 8 bits; this function does not.

    Args:
        top: upper end of the range, above 0.
        bits: one of `CHOICES`.
        equalized: whether the channel is equalized.

    Returns:
        Step, in the unit of `top`.

    Raises:
        UserError: `top` is not above 0, or `bits` is none of `CHOICES`.
    """
    if not top > 0:
        raise UserError("This channel never rises above 0, so it has no step: choose another one.")
    rate = 1.0
    if equalized:
        rate = (1 - 2.0**-bits) * 2.0 ** np.floor(np.log2(top)) / top
    value_bits = int(np.log2(count_levels(bits)))
    fraction = min(value_bits - np.ceil(np.log2(top * rate)), value_bits)
    return float(2.0**-fraction / rate)


def quantize(
    values: np.ndarray, highest: float, bound: float | None, bits: int, equalized: bool
) -> Quantized:
    """Applies the bounded ReLU and the quantizer to the values of one channel.

    Args:
        values: (...) float32, inputs of the activation, of one channel.
        highest: largest input of that channel over the calibration photos.
        bound: upper bound of the activation; None for an unbounded one.
        bits: one of `CHOICES`.
        equalized: see `compute_step`.

    Raises:
        UserError: `highest` is not above 0, or `bits` is none of `CHOICES`.
    """
    end = float(highest if bound is None else min(highest, bound))
    size, count = compute_step(end, bits, equalized), count_levels(bits)
    integers = np.clip(np.floor(values / size + 0.5), 0, count - 1).astype(np.int64)
    cut = np.clip(values, 0, end)
    return Quantized(
        end,
        size,
        np.bincount(integers.ravel(), minlength=count),
        float(np.mean(values > end)),
        float(np.mean((integers * size - cut) ** 2)),
    )


def list_bounds(highest: float) -> list[float]:
    """Lists upper bounds to try, from 1 to the highest value, four an octave, 6 included.

    The activations of the deployed network are bounded at 6.

    Args:
        highest: largest input over the calibration photos.
    """
    octaves = range(max(3, int(np.ceil(np.log2(max(highest, 1))))))
    ladder = [2.0**octave * (1 + quarter / 4) for octave in octaves for quarter in range(4)]
    return [bound for bound in ladder if bound < max(highest, 8)]


def count_narrowed_channels(highest: np.ndarray, bound: float | None) -> int:
    """Counts the channels with a range that the bound narrows.

    Args:
        highest: (C,) float32; see `qana.walkthrough.folding.Activations`.
        bound: upper bound of the activation; None for an unbounded one.
    """
    return 0 if bound is None else int((highest > bound).sum())


def compute_histogram(
    values: np.ndarray, lowest: float, highest: float, end: float
) -> tuple[np.ndarray, np.ndarray]:
    """Computes a histogram of one channel with bin edges at 0 and at the end of the range.

    Args:
        values: (...) float32.
        lowest: lower end of the first bin, at most 0.
        highest: upper end of the last bin, above 0.
        end: upper end of the range.

    Returns:
        (B + 1,) float64 edges and (B,) int64 counts. The bins next to `end` have another width.
    """
    width = (highest - lowest) / np.clip(4 * values.size**0.5, *BINS)
    grid = np.arange(np.floor(lowest / width), np.ceil(highest / width) + 1) * width
    apart = (np.abs(grid - end) > width / 2) | (grid == 0)
    edges = np.union1d(grid[apart], [end])
    return edges, np.histogram(values, edges)[0]
