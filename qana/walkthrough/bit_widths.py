"""What fewer bits do: weights on their levels, right answers, and the answer for one photo."""

from dataclasses import dataclass

import numpy as np

from qana.classes import LABELS

CHOICES = (8, 4, 2)
"""Bits that can be chosen for weights and for activations; Akida 2.0 takes 8/8 and 4/4."""
LAYERS = {
    "block0_project_conv": "early, 1x1",
    "block3_depthwise_dw": "depthwise, 5x5",
    "attention40_spatial_dw": "attention, depthwise 5x5",
    "block6_expand_conv": "middle, 1x1",
    "ghost112_ghost_primary_conv": "ghost, 1x1",
    "head_features_conv": "late, 1x1",
    "logits": "the last, dense",
}
"""Whose weights can be looked at: name in the Keras network, and what it is."""
BINS = 128
"""Of a histogram of weights before they snap, at 4 bits and fewer; at 8 bits one a level."""


@dataclass(frozen=True, eq=False)
class WeightLevels:
    """Weights of one layer, in steps of their own channel's scale.

    Attributes:
        edges: (B + 1,) float64, of the histogram of the weights before they snap, steps.
        before: (B,) int64 weights in each bin.
        levels: (2 ** bits - 1,) int64, as many below zero as above: a channel's scale is its
            largest weight's size over 2 ** (bits - 1) - 1 (`QFloat.optimal_scales` of quantizeml).
        after: (2 ** bits - 1,) int64 weights on each level.
        moved: root of the mean squared move, steps.
    """

    edges: np.ndarray
    before: np.ndarray
    levels: np.ndarray
    after: np.ndarray
    moved: float

    @property
    def used(self) -> int:
        """Levels on which there is a weight."""
        return int(np.count_nonzero(self.after))


@dataclass(frozen=True, eq=False)
class QuantizedAnswers:
    """What a network quantized after training answers on the fixed subset.

    Attributes:
        logits: (63, 7) float32, of `qana.data.balanced_subset.load_balanced_subset`.
        weights: by layer name of `LAYERS`; empty for the float network.
        seconds: that quantization took here.
    """

    logits: np.ndarray
    weights: dict[str, WeightLevels]
    seconds: float


def snap_weights(weights: np.ndarray, scales: np.ndarray, bits: int) -> WeightLevels:
    """How weights snap to the levels that their bits have.

    Args:
        weights: float32 of any shape, before quantization.
        scales: float32 that broadcasts with it: what one step of each weight is worth.
        bits: of each weight.
    """
    most = 2 ** (bits - 1) - 1
    steps = (weights.astype(np.float64) / scales).reshape(-1)
    snapped = np.clip(np.round(steps), -most, most)
    bins = max(BINS, 2**bits - 1)
    before, edges = np.histogram(steps, bins=bins, range=(-most - 0.5, most + 0.5))
    after = np.bincount((snapped + most).astype(np.int64), minlength=2 * most + 1)
    moved = float(np.sqrt(np.mean((snapped - steps) ** 2)))
    return WeightLevels(edges, before, np.arange(-most, most + 1), after, moved)


def count_correct_by_class(logits: np.ndarray, labels: np.ndarray) -> dict[str, int]:
    """Right answers of each class.

    Args:
        logits: (N, 7).
        labels: (N,) indices into `qana.classes.LABELS`.
    """
    right = logits.argmax(axis=1) == labels
    return {code: int(right[labels == index].sum()) for index, code in enumerate(LABELS)}
