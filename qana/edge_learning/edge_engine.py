"""Runs Akida's learning layer, on a chip if one is connected, otherwise in the simulator.

This is the only module that calls the vendor's learning. Before every call the layer is set to the
state of a head, so the result depends only on that head, the inputs and the labels. The engine
picks the connections to move at random. Setting the layer restarts its random generator, which
makes learning repeatable in the simulator. This has not been verified on a chip.
"""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import akida
import numpy as np

from qana.edge_learning.head import Head, HeadError, LearningRule
from qana.inference.backend import CHIP, CHIP_LOST, Backend, choose_backend, use_simulator

LEARNING_LAYER = "edge"
"""Name of the learning layer."""
_STATE = {"weights": "weights", "threshold_learning": "thresholds", "thswap": "swaps"}
"""Variable of the engine's layer to attribute of `Head`."""
T = TypeVar("T")


class EdgeEngine:
    """A network with a learning layer. It can be shared by threads: calls run one at a time.

    Attributes:
        rule: hyperparameters of the learning layer.
        backend: chip or simulator that runs the network.
    """

    def __init__(self, network: akida.Model, rule: LearningRule) -> None:
        """Appends a learning layer to a network.

        Args:
            network: Akida model that maps photos (N, H, W, 3) uint8 to S spikes; or
                `make_spike_input(S)`, for an engine that takes spikes (N, 1, 1, S) uint8, 0 or 1.
                Both learn identical heads. The second one is faster, because it does not run the
                layers before the head.
            rule: hyperparameters. Every head used with this engine must have the same ones.
        """
        self.rule = rule
        self._network = network
        self._lost = False
        self._lock = threading.Lock()
        self._build(1)

    @property
    def model(self) -> akida.Model:
        """The network with the head that was used last."""
        return self._model

    def learn(self, head: Head, inputs: np.ndarray, labels: Sequence[int] | np.ndarray) -> Head:
        """Learns samples one after another, in one call of the engine.

        The random generator of the engine continues from sample to sample. One call with N samples
        and N calls with one sample therefore give different heads of equal quality.

        Args:
            head: head to start with. It does not change.
            inputs: (N, H, W, 3) uint8 photos or (N, 1, 1, S) uint8 spikes, see `__init__`.
            labels: (N,) indices into `head.classes`.

        Returns:
            Head after the last sample.

        Raises:
            HeadError: a label is out of range, or the head has another learning rule or another
                number of spikes.
        """
        places = np.asarray(labels, np.int32)
        if len(places) and not 0 <= places.min() <= places.max() < len(head.classes):
            raise HeadError("A label is not a class of the head: add the class first.")

        def fit() -> dict[str, np.ndarray]:
            self._load_head(head)
            self._model.fit(np.ascontiguousarray(inputs), places)
            layer = self._model.get_layer(LEARNING_LAYER)
            return {ours: layer.get_variable(theirs) for theirs, ours in _STATE.items()}

        found = self._run_with_fallback(fit)
        added = np.bincount(places, minlength=len(head.classes))
        return Head(
            head.rule,
            head.classes,
            tuple(int(n) for n in np.array(head.photo_counts) + added),
            weights=found["weights"].reshape(head.weights.shape).astype(np.uint8),
            thresholds=found["thresholds"].copy(),
            swaps=found["swaps"].copy(),
        )

    def recognize(self, head: Head, inputs: np.ndarray) -> np.ndarray:
        """Computes the score of each class.

        The score of a class is the sum of the potentials of its strongest neurons, as many as
        `rule.votes`. If fewer neurons of the class have learned a photo, only those are summed and
        the sum is scaled to `rule.votes` neurons, so new and old classes can be compared.

        Args:
            head: head to use.
            inputs: (N, H, W, 3) uint8 photos or (N, 1, 1, S) uint8 spikes, see `__init__`.

        Returns:
            (N, C) int32, 0 to `rule.votes * rule.connections`. The predicted class has the largest
            score, the first one on a tie.

        Raises:
            HeadError: the head has another learning rule or another number of spikes.
        """

        def forward() -> np.ndarray:
            self._load_head(head)
            return self._model.forward(np.ascontiguousarray(inputs))

        potentials = self._run_with_fallback(forward)
        potentials = potentials.reshape(len(inputs), len(head.classes), self.rule.neurons)
        votes = self.rule.votes
        sums = np.sort(potentials, axis=2)[..., : -votes - 1 : -1].cumsum(axis=2, dtype=np.int32)
        voting = _count_learned_neurons(head).clip(1, votes)
        scores = np.take_along_axis(sums, (voting - 1)[None, :, None], axis=2)[..., 0]
        return scores * votes // voting

    def _run_with_fallback(self, action: Callable[[], T]) -> T:
        """Runs an action, and repeats it in the simulator if the chip was unplugged meanwhile."""
        with self._lock:
            try:
                return action()
            except RuntimeError:
                if self.backend.kind != CHIP:
                    raise
                self._lost = True
                self._build(self._classes)
                return action()

    def _load_head(self, head: Head) -> None:
        """Sets the learning layer to the state of a head."""
        if (
            head.rule != self.rule
            or head.spike_count != self._model.get_layer(LEARNING_LAYER).input_dims[-1]
        ):
            raise HeadError("The head was made for another learning rule: make a new one.")
        if len(head.classes) < self._classes:
            self._build(len(head.classes))
        elif len(head.classes) > self._classes:
            self._model.add_classes(len(head.classes) - self._classes)
            self._choose_backend(len(head.classes))
        layer = self._model.get_layer(LEARNING_LAYER)
        layer.set_variable("weights", head.weights[None, None].astype(np.int8))
        layer.set_variable("threshold_learning", head.thresholds)
        layer.set_variable("thswap", head.swaps)

    def _build(self, classes: int) -> None:
        """Builds the model with a new learning layer and chooses its backend."""
        model = akida.Model(self._network.layers)
        units = classes * self.rule.neurons
        model.add(akida.FullyConnected(units=units, activation=False, name=LEARNING_LAYER))
        model.compile(
            akida.AkidaUnsupervised(
                num_weights=self.rule.connections,
                num_classes=classes,
                learning_competition=self.rule.competition,
            )
        )
        self._model = model
        self._choose_backend(classes)

    def _choose_backend(self, classes: int) -> None:
        """Maps the model anew: a larger layer occupies other resources of a chip."""
        self._classes = classes
        self.backend: Backend = (
            use_simulator(self._model, CHIP_LOST) if self._lost else choose_backend(self._model)
        )


def make_spike_input(spikes: int) -> akida.Model:
    """Makes a model with an input layer only, for an `EdgeEngine` that takes spikes.

    Args:
        spikes: number of spikes S.

    Returns:
        Model that takes (N, 1, 1, S) uint8, 0 or 1.
    """
    model = akida.Model()
    model.add(akida.InputData(input_shape=(1, 1, spikes), input_bits=1))
    return model


def _count_learned_neurons(head: Head) -> np.ndarray:
    """Counts the neurons of each class that have learned a photo, which raised their threshold.

    Returns:
        (C,) int32.
    """
    learned = head.thresholds.reshape(len(head.classes), head.rule.neurons) > 0
    return learned.sum(axis=1, dtype=np.int32)
