"""Labelled photos as spikes, and how the learning experiments draw and learn them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qana.edge_learning.edge_engine import EdgeEngine
from qana.edge_learning.head import Head

DRAWS = 10
"""Number of random draws that the mean and deviation of every reported figure come from."""


@dataclass(frozen=True)
class LabelledSpikes:
    """Spikes, labels and groups of N photos.

    Attributes:
        spikes: (N, 1, 1, S) uint8, 0 or 1.
        labels: (N,) int64 class indices.
        groups: (N,) lesion or patient of each photo. Training and test photos share none.
    """

    spikes: np.ndarray
    labels: np.ndarray
    groups: np.ndarray

    @property
    def flat(self) -> np.ndarray:
        """Spikes as an (N, S) uint8 array."""
        return self.spikes.reshape(len(self.spikes), -1)

    def select(self, chosen: np.ndarray) -> "LabelledSpikes":
        """Selects photos.

        Args:
            chosen: (N,) bool mask or integer indices.

        Returns:
            The chosen photos.
        """
        return LabelledSpikes(self.spikes[chosen], self.labels[chosen], self.groups[chosen])


def learn_one_by_one(
    engine: EdgeEngine, head: Head, photos: LabelledSpikes, labels: Sequence[int]
) -> Head:
    """Learns photos one at a time, as an app does.

    Args:
        engine: engine that takes spikes.
        head: head to start with. It does not change.
        photos: photos to learn, in this order.
        labels: index of the class of each photo in the head.

    Returns:
        Head after the last photo.
    """
    for spikes, label in zip(photos.spikes, labels, strict=True):
        head = engine.learn(head, spikes[None], [label])
    return head


def sample_one_per_group(groups: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Draws groups at random and one photo of each.

    Args:
        groups: (N,) group of each photo.
        count: number of groups, at most.
        seed: seed of the draw.

    Returns:
        (count,) indices of photos.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(groups))
    _, first = np.unique(groups[order], return_index=True)
    return random.permutation(order[first])[:count]
