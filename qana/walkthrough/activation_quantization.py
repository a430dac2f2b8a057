"""What a bound does to an activation's quantization: its range, its step, the levels in use.

The quantizer is that of quantizeml 1.2.5, the deployed model's: after a ReLU every channel has a
range of its own, [0, highest value over the calibration photos], and a step that follows from it.
All here is numpy on values that `qana.walkthrough.folding_job` returns, so a slider gets its answer at
once.
"""

from dataclasses import dataclass

import numpy as np

from qana.errors import UserError
from qana.walkthrough.bit_widths import CHOICES

BINS = 24, 72
"""Fewest and most of a histogram."""


@dataclass(frozen=True, eq=False)
class Quantized:
    """One channel after its bounded ReLU and its quantizer.

    Attributes:
        end: of the range that the levels have to cover; it begins at 0.
        step: between two levels, in the units of the values.
        counts: (L,) int64, how many of this photo's values take each level; level 0 is the value 0.
        clipped: share of the values that lie above the range, 0 to 1.
        error: mean squared difference between the values cut to the range and their levels.
    """

    end: float
    step: float
    counts: np.ndarray
    clipped: float
    error: float

    @property
    def used(self) -> int:
        """How many of the levels this photo's values take."""
        return int(np.count_nonzero(self.counts))


def count_levels(bits: int) -> int:
    """Levels of an activation behind a ReLU, 0 among them.

    Source: `_prepare_output_quantizers` of quantizeml.models.quantize: with 8 bits the quantizer
    is signed, as Akida's 8-bit values are, so a ReLU leaves half of them unused; with fewer it is
    unsigned.

    Raises:
        UserError: `bits` is none of `CHOICES`.
    """
    if bits not in CHOICES:
        raise UserError(f"Activations are shown with 8, 4 or 2 bits, not {bits}: choose one.")
    return 2 ** (bits - 1 if bits == max(CHOICES) else bits)


def compute_step(top: float, bits: int, equalized: bool) -> float:
    """The quantization step that quantizeml gives a channel.

    Source: `OutputQuantizer` and `FixedPoint.max_frac_bits` of quantizeml: the step is the power
    of two with which the levels just cover the range, or the range of 1 where it is less. Where one
    layer with weights alone reads the activation, `_set_and_equalize` of
    quantizeml.models.calibrate first multiplies the channel by the rate that brings its highest
    value just below a power of two, and divides the next weights by it (cross-layer equalization,
    after Nagel et al., ICCV 2019). In the network's own units the step is then the range over 127.5
    with 8 bits, over 15 with 4 and over 3 with 2. The chip keeps that rate in 8 bits; here it is
    not rounded.

    Args:
        top: end of the range, above 0.
        bits: one of `CHOICES`.
        equalized: whether the channel is stretched so.

    Returns:
        Step in the units of `top`.

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
    """Sends the values of one channel through its bounded ReLU and its quantizer.

    Args:
        values: (...) float32, before the activation, of one channel.
        highest: that channel's largest value over the calibration photos.
        bound: upper bound of the activation; None for none.
        bits: one of `CHOICES`.
        equalized: see `compute_step`.

    Raises:
        UserError: the channel never rises above 0, or `bits` is none of `CHOICES`.
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
    """Upper bounds to try, from 1 to the highest value, four an octave; the deployed 6 is one.

    Args:
        highest: largest value over the calibration photos.
    """
    octaves = range(max(3, int(np.ceil(np.log2(max(highest, 1))))))
    ladder = [2.0**octave * (1 + quarter / 4) for octave in octaves for quarter in range(4)]
    return [bound for bound in ladder if bound < max(highest, 8)]


def count_narrowed_channels(highest: np.ndarray, bound: float | None) -> int:
    """Channels that rise above the bound, so their range ends there; the others ignore it.

    Args:
        highest: (C,) float32, see `Activations`.
        bound: upper bound of the activation; None for none.
    """
    return 0 if bound is None else int((highest > bound).sum())


def compute_histogram(
    values: np.ndarray, lowest: float, highest: float, end: float
) -> tuple[np.ndarray, np.ndarray]:
    """Values of one channel in bins that part at 0 and at the end of the range, which none spans.

    Args:
        values: (...) float32.
        lowest: where the bins begin, at most 0.
        highest: where they end, above 0.
        end: of the range.

    Returns:
        (B + 1,) float64 edges, and (B,) int64 counts; the width of the bins differs at `end`.
    """
    width = (highest - lowest) / np.clip(4 * values.size**0.5, *BINS)
    grid = np.arange(np.floor(lowest / width), np.ceil(highest / width) + 1) * width
    apart = (np.abs(grid - end) > width / 2) | (grid == 0)
    edges = np.union1d(grid[apart], [end])
    return edges, np.histogram(values, edges)[0]
