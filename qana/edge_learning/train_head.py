"""Hyperparameters of an edge head, and its first training on photos of all classes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from qana.edge_learning.edge_engine import EdgeEngine, make_spike_input
from qana.edge_learning.head import Head, LearningRule, add_neurons, make_empty_head


@dataclass(frozen=True)
class HeadSettings:
    """Hyperparameters of the spike generator and the edge head.

    The names of the fields are keys of models/manifest.json and models/studies/edge.json.

    Attributes:
        spikes: number of spikes S.
        share: share of the training photos in which a spike fires, 0 to 1.
        whitening: 0 uses features as they are, 1 scales all features to equal variance; see
            `build_spike_generator`.
        neurons: number of neurons of each class that learn the training photos.
        reach: number of connections of a neuron, divided by the median number of spikes of a photo.
        competition: competition of the learning rule, 0 to 1.
        votes: number of neurons that vote for a class.
        lessons: number of training photos of each class, at most. With thousands of photos, the
            neurons would only keep what is common to most of them.
        spare: number of neurons of each class that stay free for later learning.
    """

    spikes: int = 1024
    share: float = 0.2
    whitening: float = 0.5
    neurons: int = 10
    reach: float = 1.2
    competition: float = 0.1
    votes: int = 3
    lessons: int = 100
    spare: int = 10

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "HeadSettings":
        """Reads the settings of a deployed head.

        Args:
            record: value of "edge" of a model in the manifest.

        Returns:
            The settings.
        """
        return cls(**{field.name: record[field.name] for field in fields(cls)})

    def make_rule(self, spikes: np.ndarray) -> LearningRule:
        """Makes the learning rule for the training photos.

        Args:
            spikes: (N, 1, 1, S) uint8, 0 or 1, of the training photos.

        Returns:
            Rule without the spare neurons.
        """
        median = float(np.median(spikes.sum(axis=-1, dtype=np.int64)))
        connections = min(self.spikes, round(self.reach * median))
        return LearningRule(
            self.neurons, connections, self.competition, min(self.votes, self.neurons)
        )


def train_head(
    spikes: np.ndarray,
    labels: np.ndarray,
    rule: LearningRule,
    settings: HeadSettings,
    classes: tuple[str, ...],
    seed: int,
) -> Head:
    """Trains a head on photos of all classes in random order, then adds the spare neurons.

    Args:
        spikes: (N, 1, 1, S) uint8, 0 or 1.
        labels: (N,) indices into `classes`.
        rule: hyperparameters of the neurons that learn these photos.
        settings: `lessons` and `spare` are used.
        classes: class names.
        seed: seed of the choice and the order of the photos.

    Returns:
        Head with `rule.neurons + settings.spare` neurons a class.
    """
    order = np.random.default_rng(seed).permutation(len(spikes))
    rank = np.zeros(len(order), int)  # of each photo among those of its class
    for place in range(len(classes)):
        own = labels[order] == place
        rank[own] = np.arange(own.sum())
    order = order[rank < settings.lessons]
    head = make_empty_head(spikes.shape[-1], rule, classes)
    engine = EdgeEngine(make_spike_input(spikes.shape[-1]), rule)
    return add_neurons(engine.learn(head, spikes[order], labels[order]), settings.spare)
