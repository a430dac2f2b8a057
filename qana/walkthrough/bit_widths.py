"""Holds the weights and the predictions of a network with fewer bits."""

from dataclasses import dataclass

import numpy as np

from qana.classes import LABELS

CHOICES = (8, 4, 2)
"""Bits of weights and of activations. Akida 2.0 accepts 8/8 and 4/4."""
LAYERS = {
    "block1_project_conv": "early, 1x1",
    "block4_depthwise_dw": "depthwise, 5x5",
    "attention40_spatial_dw": "attention, depthwise 5x5",
    "block6_expand_conv": "middle, 1x1",
    "ghost112_ghost_primary_conv": "ghost, 1x1",
    "head_features_conv": "late, 1x1",
    "logits": "the last, dense",
}
"""Layers with weights to display: name in the Keras network, and a description."""
BINS = 128
"""Bins of the histogram of float weights with 4 bits or fewer. With 8 bits, each level has one."""


@dataclass(frozen=True, eq=False)
class WeightLevels:
    """Weights of one layer before and after quantization, in steps of their channel's scale.

    A channel's scale is its largest weight's magnitude over 2 ** (bits - 1) - 1
    (`QFloat.optimal_scales` of quantizeml), so there are as many levels below zero as above.

    Attributes:
        edges: (B + 1,) float64, bin edges of the histogram of the float weights, steps.
        before: (B,) int64, number of float weights in each bin.
        levels: (2 ** bits - 1,) int64, the levels, steps.
        after: (2 ** bits - 1,) int64, number of quantized weights on each level.
        moved: root of the mean squared quantization error, steps.
    """

    edges: np.ndarray
    before: np.ndarray
    levels: np.ndarray
    after: np.ndarray
    moved: float

    @property
    def used(self) -> int:
        """Number of levels with at least one weight."""
        return int(np.count_nonzero(self.after))


@dataclass(frozen=True, eq=False)
class QuantizedAnswers:
    """Predictions of a network that was quantized after training.

    Attributes:
        logits: (63, 7) float32, for the photos of `qana.data.balanced_subset.load_balanced_subset`.
        weights: of each layer of `LAYERS`, by name; empty for the float network.
        seconds: time of the quantization on this machine, s.
    """

    logits: np.ndarray
    weights: dict[str, WeightLevels]
    seconds: float


def snap_weights(weights: np.ndarray, scales: np.ndarray, bits: int) -> WeightLevels:
    """Snaps weights to their levels.

    Args:
        weights: (...) float32, before quantization.
        scales: float32 that broadcasts with `weights`, the size of one step.
        bits: bits of each weight.
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
    """Counts the correct predictions of each class.

    Args:
        logits: (N, 7) float32.
        labels: (N,) int, indices into `qana.classes.LABELS`.

    Returns:
        Code of each class to its number of correct predictions.
    """
    right = logits.argmax(axis=1) == labels
    return {code: int(right[labels == index].sum()) for index, code in enumerate(LABELS)}
