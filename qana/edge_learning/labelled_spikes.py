"""What the experiments on learning share: photos as spikes, lessons, and figures with a spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qana.edge_learning.edge_engine import EdgeEngine
from qana.edge_learning.head import Head
from qana.edge_learning.recognition_scores import RecognitionScores

DRAWS = 10
"""Orders or choices of the photos that each figure is the mean of."""


@dataclass(frozen=True)
class LabelledSpikes:
    """Photos as spikes.

    Attributes:
        spikes: (N, 1, 1, S) uint8.
        labels: (N,) int64 places of classes.
        groups: (N,) lesions, or patients: what must not be on both sides.
    """

    spikes: np.ndarray
    labels: np.ndarray
    groups: np.ndarray

    @property
    def flat(self) -> np.ndarray:
        """(N, S) uint8."""
        return self.spikes.reshape(len(self.spikes), -1)

    def part(self, chosen: np.ndarray) -> "Material":
        """Those of a mask or of indices."""
        return LabelledSpikes(self.spikes[chosen], self.labels[chosen], self.groups[chosen])


def learn_one_by_one(
    engine: EdgeEngine, head: Head, photos: LabelledSpikes, labels: Sequence[int]
) -> Head:
    """A head after lessons on the device, one photo at a time."""
    for spikes, label in zip(photos.spikes, labels, strict=True):
        head = engine.learn(head, spikes[None], [label])
    return head


def sample_one_per_group(groups: np.ndarray, count: int, draw: int) -> np.ndarray:
    """Indices of one photo of each of `count` groups, drawn at random."""
    random = np.random.default_rng(draw)
    order = random.permutation(len(groups))
    _, first = np.unique(groups[order], return_index=True)
    return random.permutation(order[first])[:count]


def summarize_scores(scores: Sequence[RecognitionScores]) -> dict[str, Any]:
    """Mean and deviation of each score over draws, and the mean recall of each class."""
    names = ("accuracy", "balanced_accuracy", "macro_f1")
    recall = np.mean([one.recall for one in scores], axis=0)
    return {name: summarize_values([getattr(one, name) for one in scores]) for name in names} | {
        "recall": [None if np.isnan(value) else float(value) for value in recall]
    }


def summarize_values(values: Sequence[float] | np.ndarray) -> dict[str, float]:
    """Mean and standard deviation."""
    return {"mean": float(np.mean(values)), "deviation": float(np.std(values))}
