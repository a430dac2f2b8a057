"""What enters an activation of the float network, and the normalization folded before it."""

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
"""Convolutions of the float network, over its depth, that a batch normalization and a bounded
activation with a quantizer follow."""
EQUAL = 1e-12
"""Largest difference of two float64 outputs that rounding alone explains, relative to them."""


@dataclass(frozen=True, eq=False)
class Folding:
    """A batch normalization folded into the convolution before it, and the check that it is equal.

    Attributes:
        before: (C, 2) float32, the smallest and the largest weight of each channel's kernel.
        after: (C, 2) float32, the same of the folded kernel.
        difference32: largest difference between the outputs of both on the photo, computed in
            float32.
        difference64: the same, computed in float64.
        largest: largest magnitude of those outputs.
    """

    before: np.ndarray
    after: np.ndarray
    difference32: float
    difference64: float
    largest: float

    @property
    def equal(self) -> bool:
        """Whether both outputs are the same but for the rounding of float64."""
        return self.difference64 <= EQUAL * self.largest


@dataclass(frozen=True, eq=False)
class Activations:
    """What enters one activation.

    Attributes:
        layer: the convolution, one of `LAYERS`.
        bound: upper bound of the activation behind it.
        values: (H, W, C) float32 of the visitor's photo, after the normalization, none left out.
        highest: (C,) float32, each channel's largest value over the calibration photos.
        photos: how many those are.
        equalized: whether the quantizer stretches each channel to fill its levels; see `step`.
        folding: of the normalization into the convolution.
    """

    layer: str
    bound: float
    values: np.ndarray
    highest: np.ndarray
    photos: int
    equalized: bool
    folding: Folding

    def ranked(self) -> np.ndarray:
        """(D,) channels that rise above 0 on the calibration photos, the highest first."""
        order = np.argsort(-self.highest, kind="stable")
        return order[self.highest[order] > 0]
