"""The edge head: the state of Akida's learning layer.

Each neuron of the layer has a fixed number of connections. A connection reads one binary input, a
spike. The potential of a neuron is the number of its connections that carry a spike. Each class has
several neurons. The head predicts the class with the largest potentials.
"""

import hashlib
from dataclasses import dataclass, field, replace

import numpy as np

from qana.errors import UserError

MAX_NAME_LENGTH = 40
"""Characters of a class name, at most."""
MAX_CLASSES = 16
"""Classes of a head, at most. The deployed head would not map to an AKD1000 with more."""


class HeadError(UserError):
    """A head, or a class of a head, cannot be used."""


@dataclass(frozen=True)
class LearningRule:
    """Hyperparameters of the learning layer, as in `akida.AkidaUnsupervised`.

    Attributes:
        neurons: number of neurons of each class.
        connections: number of connections of each neuron (`num_weights`).
        competition: competition between the neurons, 0 to 1 (`learning_competition`).
        votes: number of neurons that vote for a class, 1 to `neurons`. The score of a class is the
            sum of its largest `votes` potentials. The engine does not use this value.
    """

    neurons: int
    connections: int
    competition: float
    votes: int = 1


@dataclass(frozen=True)
class Head:
    """State of an edge head with C classes of N neurons each. Learning returns a new head.

    Attributes:
        rule: hyperparameters of the learning layer.
        classes: (C,) class names, in the order of the neurons.
        photo_counts: (C,) number of photos that each class has learned.
        weights: (S, C * N) uint8, 1 where a neuron is connected to a spike, otherwise 0.
        thresholds: (C * N,) int32, `threshold_learning` of the engine.
        swaps: (C * N,) int32, `thswap` of the engine: the number of connections that a neuron may
            move in one learning step. It decreases with every photo that the neuron learns.
    """

    rule: LearningRule
    classes: tuple[str, ...]
    photo_counts: tuple[int, ...]
    weights: np.ndarray = field(repr=False)
    thresholds: np.ndarray = field(repr=False)
    swaps: np.ndarray = field(repr=False)

    @property
    def spike_count(self) -> int:
        """Number of spikes S that the head reads."""
        return self.weights.shape[0]

    def index(self, name: str) -> int:
        """Returns the index of a class.

        Args:
            name: class name.

        Returns:
            Index into `classes`.

        Raises:
            HeadError: the head does not have this class.
        """
        if name not in self.classes:
            raise HeadError(f"The head has no class '{name}': add it first.")
        return self.classes.index(name)

    def equals(self, other: "Head") -> bool:
        """Returns whether both heads are identical, bit for bit."""
        return (self.rule, self.classes, self.photo_counts) == (
            other.rule,
            other.classes,
            other.photo_counts,
        ) and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("weights", "thresholds", "swaps")
        )


def make_empty_head(spikes: int, rule: LearningRule, classes: tuple[str, ...]) -> Head:
    """Makes a head that has not learned anything.

    The connections are drawn at random. The seed depends on the name of the class only, so equal
    classes give equal heads. The engine's own initial weights differ from run to run.

    Args:
        spikes: number of spikes S that the head reads.
        rule: hyperparameters of the learning layer.
        classes: class names.

    Returns:
        Head with these classes.

    Raises:
        HeadError: a name is invalid or occurs twice, or there are too many classes.
    """
    none = np.zeros(0, np.int32)
    head = Head(rule, (), (), np.zeros((spikes, 0), np.uint8), none, none)
    for name in classes:
        head = add_class(head, name)
    return head


def add_class(head: Head, name: str) -> Head:
    """Adds a class that has not learned anything.

    Args:
        head: a head. It does not change.
        name: 1 to 40 printable characters. Leading and trailing blanks are removed.

    Returns:
        Head with one more class, at the end.

    Raises:
        HeadError: the name is invalid or already in use, or the head has no room for a class.
    """
    name = name.strip()
    if not name or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        raise HeadError(f"A class needs a name of 1 to {MAX_NAME_LENGTH} printable characters.")
    if name in head.classes:
        raise HeadError(f"The head already has a class '{name}': choose another name.")
    if len(head.classes) >= MAX_CLASSES:
        raise HeadError(f"The head is full at {MAX_CLASSES} classes: remove one first.")
    fresh = _draw_connections(head, name, 0, head.rule.neurons)
    return replace(
        head,
        classes=(*head.classes, name),
        photo_counts=(*head.photo_counts, 0),
        weights=np.concatenate([head.weights, fresh], axis=1),
        thresholds=np.concatenate([head.thresholds, np.zeros(head.rule.neurons, np.int32)]),
        swaps=np.concatenate(
            [head.swaps, np.full(head.rule.neurons, head.rule.connections, np.int32)]
        ),
    )


def add_neurons(head: Head, count: int) -> Head:
    """Adds neurons that have not learned anything to each class.

    A neuron learns a photo only if its potential exceeds its threshold, and the threshold rises
    with every photo. A neuron that has learned many photos hardly learns new ones. The new neurons
    learn the photos that follow.

    Args:
        head: a head. It does not change.
        count: number of new neurons of each class.

    Returns:
        Head with `count` more neurons a class.
    """
    classes, neurons = len(head.classes), head.rule.neurons
    fresh = [_draw_connections(head, name, neurons, neurons + count) for name in head.classes]
    weights = np.concatenate(
        [head.weights.reshape(head.spike_count, classes, neurons), np.stack(fresh, axis=1)], axis=2
    )
    pairs = ((head.thresholds, 0), (head.swaps, head.rule.connections))
    thresholds, swaps = (
        np.pad(known.reshape(classes, neurons), ((0, 0), (0, count)), constant_values=value)
        for known, value in pairs
    )
    return replace(
        head,
        rule=replace(head.rule, neurons=neurons + count),
        weights=weights.reshape(head.spike_count, -1),
        thresholds=thresholds.reshape(-1),
        swaps=swaps.reshape(-1),
    )


def remove_class(head: Head, name: str) -> Head:
    """Removes the neurons of a class.

    Other classes never learn from the photos of this one, so nothing of it remains.

    Args:
        head: a head. It does not change.
        name: class name.

    Returns:
        Head without the class.

    Raises:
        HeadError: the head does not have this class, or it is the only one.
    """
    place = head.index(name)
    if len(head.classes) == 1:
        raise HeadError("The head has no other class: add one first.")
    kept = np.repeat(np.arange(len(head.classes)) != place, head.rule.neurons)
    return replace(
        head,
        classes=(*head.classes[:place], *head.classes[place + 1 :]),
        photo_counts=(*head.photo_counts[:place], *head.photo_counts[place + 1 :]),
        weights=head.weights[:, kept],
        thresholds=head.thresholds[kept],
        swaps=head.swaps[kept],
    )


def _draw_connections(head: Head, name: str, first: int, end: int) -> np.ndarray:
    """Draws the initial connections of neurons `first` to `end` - 1 of a class.

    Returns:
        (S, end - first) uint8, 0 or 1.
    """
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    drawn = np.zeros((head.spike_count, end - first), np.uint8)
    for neuron in range(first, end):
        random = np.random.default_rng((seed, neuron))
        drawn[random.permutation(head.spike_count)[: head.rule.connections], neuron - first] = 1
    return drawn
