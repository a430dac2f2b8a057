"""The edge head at work on Akida: a chip if one is there, else the simulator.

The one place that touches the vendor's learning. A state goes in and a state comes out: the
engine's layer is set to the state before every lesson, so a lesson depends on the state, the photo
and the class alone, and on nothing that was learned and taken back before. (The engine draws the
connections to swap at random; setting the layer starts that draw anew, which makes it repeatable,
as the simulator shows. No chip has been at hand to show it there.)
"""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import akida
import numpy as np

from qana.edge_learning.head import Head, HeadError, Rule
from qana.inference.backend import CHIP, LOST, Backend, place, simulator

EDGE = "edge"
"""Name of the learning layer."""
T = TypeVar("T")
_STATE = {"weights": "weights", "threshold_learning": "thresholds", "thswap": "swaps"}
"""The engine's names of what it learns, and ours."""


def _learned(head: Head) -> np.ndarray:
    """(C,) int32: neurons of each class that have learned a photo, whose thresholds then rose."""
    risen = head.thresholds.reshape(len(head.classes), head.rule.neurons) > 0
    return risen.sum(axis=1, dtype=np.int32)


class EdgeEngine:
    """Learns and recognizes. Safe for several threads: it serves one at a time."""

    def __init__(self, front: akida.Model | int, rule: Rule) -> None:
        """Puts a learning layer behind a network.

        Args:
            front: network that ends in spikes, for photos (N, S, S, 3) uint8; or a number of
                spikes, for spikes (N, 1, 1, number) uint8 that were made before. The second gives
                the very same heads, without walking through the network for every lesson.
            rule: of all heads that it will be given.
        """
        self.rule = rule
        self._front = front
        self._lost = False
        self._lock = threading.Lock()
        self._build(1)

    @property
    def model(self) -> akida.Model:
        """The whole network, with the head that was used last."""
        return self._model

    def learn(self, head: Head, inputs: np.ndarray, labels: Sequence[int] | np.ndarray) -> Head:
        """Lets a head learn samples, one after the other, in one call of the engine.

        Its random draw goes on from sample to sample: a call for each gives another head, as good.

        Args:
            head: stays as it is.
            inputs: (N, S, S, 3) or (N, 1, 1, spikes) uint8, as the engine was made for.
            labels: N places of classes.

        Returns:
            The head after the last of them.

        Raises:
            HeadError: a label is none of the head's.
        """
        places = np.asarray(labels, np.int32)
        if len(places) and not 0 <= places.min() <= places.max() < len(head.classes):
            raise HeadError("A label is none of the classes of the head: add its class first.")

        def learned() -> dict[str, np.ndarray]:
            self._set(head)
            self._model.fit(np.ascontiguousarray(inputs), places)
            layer = self._model.get_layer(EDGE)
            return {ours: layer.get_variable(theirs) for theirs, ours in _STATE.items()}

        found = self._on_what_answers(learned)
        more = np.bincount(places, minlength=len(head.classes))
        return Head(
            head.rule,
            head.classes,
            tuple(int(n) for n in np.array(head.taught) + more),
            weights=found["weights"].reshape(head.weights.shape).astype(np.uint8),
            thresholds=found["thresholds"].copy(),
            swaps=found["swaps"].copy(),
        )

    def recognize(self, head: Head, inputs: np.ndarray) -> np.ndarray:
        """How strongly each class answers.

        Args:
            head: whose answer.
            inputs: as for `learn`.

        Returns:
            (N, C) int32: connections with a spike, of the strongest neurons of each class, as many
            as the rule has votes. Where fewer have learned anything, as after the first photo of
            a class, so many speak for all of them. The largest is the answer, the first of equals.
        """

        def answered() -> np.ndarray:
            self._set(head)
            return self._model.forward(np.ascontiguousarray(inputs))

        answers = self._on_what_answers(answered)
        answers = answers.reshape(len(inputs), len(head.classes), self.rule.neurons)
        votes = self.rule.votes
        sums = np.sort(answers, axis=2)[..., : -votes - 1 : -1].cumsum(axis=2, dtype=np.int32)
        speak = _learned(head).clip(1, votes)
        spoken = np.take_along_axis(sums, (speak - 1)[None, :, None], axis=2)[..., 0]
        return spoken * votes // speak

    def _on_what_answers(self, action: Callable[[], T]) -> T:
        """Does it, and where the chip was unplugged once more, from its start, in the simulator."""
        with self._lock:
            try:
                return action()
            except RuntimeError:
                if self.backend.kind != CHIP:
                    raise
                self._lost = True
                self._build(self._classes)
                return action()

    def _set(self, head: Head) -> None:
        if head.rule != self.rule or head.spikes != self._model.get_layer(EDGE).input_dims[-1]:
            raise HeadError("The head was made for another learning rule: make a new one.")
        if len(head.classes) < self._classes:
            self._build(len(head.classes))
        elif len(head.classes) > self._classes:
            self._model.add_classes(len(head.classes) - self._classes)
            self._place(len(head.classes))
        layer = self._model.get_layer(EDGE)
        layer.set_variable("weights", head.weights[None, None].astype(np.int8))
        layer.set_variable("threshold_learning", head.thresholds)
        layer.set_variable("thswap", head.swaps)

    def _build(self, classes: int) -> None:
        if isinstance(self._front, int):
            model = akida.Model()
            model.add(akida.InputData(input_shape=(1, 1, self._front), input_bits=1))
        else:
            model = akida.Model(self._front.layers)
        units = classes * self.rule.neurons
        model.add(akida.FullyConnected(units=units, activation=False, name=EDGE))
        model.compile(
            akida.AkidaUnsupervised(
                num_weights=self.rule.connections,
                num_classes=classes,
                learning_competition=self.rule.competition,
            )
        )
        self._model = model
        self._place(classes)

    def _place(self, classes: int) -> None:
        """A layer that has grown lies elsewhere on a chip."""
        self._classes = classes
        self.backend: Backend = simulator(self._model, LOST) if self._lost else place(self._model)
