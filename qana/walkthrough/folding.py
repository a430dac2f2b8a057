"""Holds the inputs of an activation and the folding of the normalization before it."""

from dataclasses import dataclass

import numpy as np

LAYERS = (
    "stem_conv",
    "block1_expand_conv",
    "block3_expand_conv",
    "attention40_spatial_dw",
    "block6_expand_conv",
    "ghost112_ghost_primary_conv",
    "head_mix_dw",
)
"""Convolutions of the float network, from first to last, each followed by a batch normalization and
a bounded activation with a quantizer."""
EQUAL = 1e-12
"""Largest relative difference of two float64 outputs that rounding explains."""


@dataclass(frozen=True, eq=False)
class Folding:
    """A batch normalization that is folded into its convolution, and the comparison of outputs.

    Attributes:
        before: (C, 2) float32, smallest and largest weight of each channel's kernel.
        after: (C, 2) float32, smallest and largest weight of each channel's folded kernel.
        difference32: largest difference between the two outputs for the photo, in float32.
        difference64: the same in float64.
        largest: largest magnitude of these outputs.
    """

    before: np.ndarray
    after: np.ndarray
    difference32: float
    difference64: float
    largest: float

    @property
    def equal(self) -> bool:
        """Whether both outputs are equal up to the rounding of float64."""
        return self.difference64 <= EQUAL * self.largest


@dataclass(frozen=True, eq=False)
class Activations:
    """The inputs of one activation.

    Attributes:
        layer: the convolution before the activation, one of `LAYERS`.
        bound: upper bound of the activation.
        values: (H, W, C) float32 inputs of the activation for the photo.
        highest: (C,) float32, largest input of each channel over the calibration photos.
        photos: number of calibration photos.
        equalized: whether the quantizer rescales each channel; see
            `qana.walkthrough.activation_quantization.compute_step`.
        folding: of the normalization into the convolution.
    """

    layer: str
    bound: float
    values: np.ndarray
    highest: np.ndarray
    photos: int
    equalized: bool
    folding: Folding

    def rank_channels(self) -> np.ndarray:
        """Ranks the channels with a positive calibration input: (D,) indices, highest first."""
        order = np.argsort(-self.highest, kind="stable")
        return order[self.highest[order] > 0]
