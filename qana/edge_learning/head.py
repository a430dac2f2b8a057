"""The edge head: what Akida's own learning changes, and nothing else.

A neuron of it has a fixed number of connections, each to one spike of the layer before. Its answer
to a photo is the number of its connections that carry a spike. A class has several neurons; the
class whose strongest ones answer most is the answer of the head.
"""

import hashlib
from dataclasses import dataclass, field, replace

import numpy as np

from qana.errors import UserError

NAME_LENGTH = 40
"""Most characters of a class's name."""
MOST_CLASSES = 16
"""As many as still map on the chip with the neurons that a class has here."""


class HeadError(UserError):
    """A head, or a class of one, that cannot be used."""


@dataclass(frozen=True)
class Rule:
    """How neurons learn, see `akida.AkidaUnsupervised`.

    Attributes:
        neurons: of each class.
        connections: of each neuron (num_weights).
        competition: 0 to 1 (learning_competition).
        votes: strongest neurons of a class whose answers are added up to that of the class. It is
            no part of learning: the engine gives every neuron's answer, and who reads it adds.
    """

    neurons: int
    connections: int
    competition: float
    votes: int = 1


@dataclass(frozen=True)
class Head:
    """One state of the edge head; learning makes another one, and this one stays as it was.

    Attributes:
        rule: how it learns.
        classes: names, in the order of the neurons.
        taught: samples that each class has learned.
        weights: (S, C * N) uint8, 1 where spike s reaches that neuron; N neurons a class.
        thresholds: (C * N,) int32, the engine's threshold_learning.
        swaps: (C * N,) int32, the engine's thswap: connections that a neuron may still change at
            once. It falls with every sample (plasticity).
    """

    rule: Rule
    classes: tuple[str, ...]
    taught: tuple[int, ...]
    weights: np.ndarray = field(repr=False)
    thresholds: np.ndarray = field(repr=False)
    swaps: np.ndarray = field(repr=False)

    @property
    def spikes(self) -> int:
        """S, spikes that it reads."""
        return self.weights.shape[0]

    def index(self, name: str) -> int:
        """Place of a class.

        Raises:
            HeadError: it has no such class.
        """
        if name not in self.classes:
            raise HeadError(f"The head knows no class '{name}': add it first.")
        return self.classes.index(name)

    def equals(self, other: "Head") -> bool:
        """Whether both are the same to the bit."""
        return (self.rule, self.classes, self.taught) == (
            other.rule,
            other.classes,
            other.taught,
        ) and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("weights", "thresholds", "swaps")
        )


def empty_head(spikes: int, rule: Rule, classes: tuple[str, ...]) -> Head:
    """A head that has learned nothing: each neuron's connections are drawn at random.

    The draw depends on the name of the class only, so the same classes make the same head. (The
    engine's own draw differs from one run to the next.)
    """
    none = np.zeros(0, np.int32)
    head = Head(rule, (), (), np.zeros((spikes, 0), np.uint8), none, none)
    for name in classes:
        head = add_class(head, name)
    return head


def add_class(head: Head, name: str) -> Head:
    """The head with one more class, which has learned nothing yet.

    Args:
        head: stays as it is.
        name: 1 to 40 printable characters.

    Raises:
        HeadError: the name is taken or no name, or the head is full.
    """
    name = name.strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise HeadError(f"A class needs a name of 1 to {NAME_LENGTH} printable characters.")
    if name in head.classes:
        raise HeadError(f"There is a class '{name}' already: choose another name.")
    if len(head.classes) >= MOST_CLASSES:
        raise HeadError(f"The head is full at {MOST_CLASSES} classes: reset it first.")
    fresh = _drawn(head, name, 0, head.rule.neurons)
    return replace(
        head,
        classes=(*head.classes, name),
        taught=(*head.taught, 0),
        weights=np.concatenate([head.weights, fresh], axis=1),
        thresholds=np.concatenate([head.thresholds, np.zeros(head.rule.neurons, np.int32)]),
        swaps=np.concatenate(
            [head.swaps, np.full(head.rule.neurons, head.rule.connections, np.int32)]
        ),
    )


def widened(head: Head, more: int) -> Head:
    """The head with more neurons for each class, which have learned nothing yet.

    A neuron learns only from photos that it answers to more than to those before, so neurons that
    have learned thousands of photos learn no more: what is taught later needs neurons of its own.
    """
    classes, neurons = len(head.classes), head.rule.neurons
    fresh = [_drawn(head, name, neurons, neurons + more) for name in head.classes]
    weights = np.concatenate(
        [head.weights.reshape(head.spikes, classes, neurons), np.stack(fresh, axis=1)], axis=2
    )
    pairs = ((head.thresholds, 0), (head.swaps, head.rule.connections))
    thresholds, swaps = (
        np.pad(known.reshape(classes, neurons), ((0, 0), (0, more)), constant_values=value)
        for known, value in pairs
    )
    return replace(
        head,
        rule=replace(head.rule, neurons=neurons + more),
        weights=weights.reshape(head.spikes, -1),
        thresholds=thresholds.reshape(-1),
        swaps=swaps.reshape(-1),
    )


def _drawn(head: Head, name: str, first: int, end: int) -> np.ndarray:
    """(S, end - first) uint8: connections of those neurons of a class before they learn."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
    drawn = np.zeros((head.spikes, end - first), np.uint8)
    for neuron in range(first, end):
        random = np.random.default_rng((seed, neuron))
        drawn[random.permutation(head.spikes)[: head.rule.connections], neuron - first] = 1
    return drawn


def without_class(head: Head, name: str) -> Head:
    """The head without the neurons of a class. No other class learned from that one's photos, so
    nothing of it is left.

    Raises:
        HeadError: it has no such class, or no other one.
    """
    place = head.index(name)
    if len(head.classes) == 1:
        raise HeadError("The head has no other class: add one first.")
    kept = np.repeat(np.arange(len(head.classes)) != place, head.rule.neurons)
    return replace(
        head,
        classes=(*head.classes[:place], *head.classes[place + 1 :]),
        taught=(*head.taught[:place], *head.taught[place + 1 :]),
        weights=head.weights[:, kept],
        thresholds=head.thresholds[kept],
        swaps=head.swaps[kept],
    )
