"""Runs the deployed network with some of its integers changed, in the Akida engine.

An exercise changes weights or biases, and the engine computes the answer with them: nothing is
estimated. TensorFlow is not needed, so a step takes about the time of one classification.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import akida
import numpy as np

from qana.classes import LABELS
from qana.inference.events import LayerEvents, LayerRecorder, count_events
from qana.inference.load_network import load_network
from qana.inference.manifest import ModelEntry, find_same_entry

Changes = Mapping[str, Mapping[str, np.ndarray]]
"""Name of a layer, then name of one of its variables, to the integers that replace it."""


@dataclass(frozen=True, eq=False)
class EditedAnswer:
    """The answer of a changed network to one photo.

    Attributes:
        logits: (7,) float32, in the order of `qana.classes.LABELS`.
        layers: events of each hidden layer, in order.
    """

    logits: np.ndarray
    layers: tuple[LayerEvents, ...]

    @property
    def label(self) -> str:
        """Class with the largest logit."""
        return LABELS[int(self.logits.argmax())]

    @property
    def events(self) -> int:
        """Events of all hidden layers together."""
        return sum(layer.events for layer in self.layers)

    def compute_margin(self, label: str) -> float:
        """Computes how far the logit of a class lies above the largest other one.

        It is negative where the network chooses another class.

        Args:
            label: one of `qana.classes.LABELS`.
        """
        index = LABELS.index(label)
        return float(self.logits[index] - np.delete(self.logits, index).max())


class EditableNetwork:
    """A network of its own for exercises. Several threads may use it, one after the other.

    Attributes:
        layers: name of each Akida layer to the layer, in network order.
    """

    def __init__(self, entry: ModelEntry) -> None:
        """Loads the network of a model.

        Args:
            entry: the model.

        Raises:
            ModelError: its file is missing, changed, or of another version.
        """
        self._model = load_network(entry)
        self._lock = threading.Lock()
        self._recorder = LayerRecorder(self._model)
        self.layers: dict[str, akida.Layer] = {layer.name: layer for layer in self._model.layers}

    def run(self, inputs: np.ndarray, changes: Changes) -> EditedAnswer:
        """Runs one photo through the changed network, and undoes the changes.

        Args:
            inputs: (S, S, 3) uint8 network input.
            changes: the changes; without any, this is the deployed network.

        Raises:
            KeyError: there is no such layer or variable.
            ValueError: the integers have another shape or type than the variable.
        """
        with self._lock:
            before: list[tuple[akida.Layer, str, np.ndarray]] = []
            try:
                for name, variables in changes.items():
                    for layer in self._recorder.find_layers(name):
                        for variable, values in variables.items():
                            before.append((layer, variable, layer.get_variable(variable)))
                            layer.set_variable(variable, values)
                outputs = self._recorder.record(inputs)
                return EditedAnswer(self._recorder.logits(outputs), count_events(outputs))
            finally:
                for layer, variable, values in reversed(before):
                    layer.set_variable(variable, values)


def load_editable_network(model: str, sha256: str) -> EditableNetwork:
    """Loads the editable network of the model that gave an answer, once for all exercises.

    Args:
        model: name of the model.
        sha256: of the .fbz file that gave the answer.

    Raises:
        ModelError: the file is missing, or was replaced after the answer.
    """
    find_same_entry(model, sha256)
    return _load_once(model, sha256)


@lru_cache(maxsize=2)
def _load_once(model: str, sha256: str) -> EditableNetwork:
    return EditableNetwork(find_same_entry(model, sha256))
