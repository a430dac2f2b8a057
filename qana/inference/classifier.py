"""The classifier that answers: a photo in, a verdict of the spiking network out.

Needs numpy, opencv and akida alone; neither TensorFlow nor torch is ever imported on this path.
"""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from qana.classes import LABELS
from qana.imaging import to_input
from qana.inference.backend import CHIP, LOST, Backend, place, simulator
from qana.inference.events import LayerEvents, LayerTap, count_events, features
from qana.inference.gate import read_gate
from qana.inference.load_engine import load_networks
from qana.inference.manifest import DEFAULT_MODEL, ModelEntry, ModelError, find_entry
from qana.inference.probabilities import malignant_probability, softmax


@dataclass(frozen=True)
class Prediction:
    """What the spiking network says of one photo.

    Attributes:
        inputs: (S, S, 3) uint8, the square as the network read it.
        logits: (7,) float32, in the order of `qana.classes.LABELS`.
        probabilities: (7,) float64, summing to 1: softmax of the logits over the temperature that
            was fitted on validation lesions.
        latency_ms: wall time of the engine's answer on this machine, milliseconds; in the
            simulator that of the walk through its layers, which is a few percent longer.
        layers: events of each hidden layer, in order.
        outputs: the integers behind them, layer name to (H, W, C), as `LayerTap.outputs` gives
            them; an explanation of this very answer starts from them.
        backend: "chip" or "simulator".
        foreign: True where the model's gate does not know the photo as a dermatoscopic lesion.
        unsure: True where the top probability is below the one that the model needs to answer.
    """

    inputs: np.ndarray = field(repr=False)
    logits: np.ndarray
    probabilities: np.ndarray
    latency_ms: float
    layers: tuple[LayerEvents, ...]
    outputs: dict[str, np.ndarray] = field(repr=False)
    backend: str
    foreign: bool
    unsure: bool

    @property
    def top(self) -> tuple[tuple[str, float], ...]:
        """The three likeliest classes: (code, probability), likeliest first."""
        order = np.argsort(-self.probabilities, kind="stable")[:3]
        return tuple((LABELS[index], float(self.probabilities[index])) for index in order)

    @property
    def needs_look_probability(self) -> float:
        """Summed probability of melanoma, basal cell carcinoma and actinic keratosis, 0 to 1."""
        return float(malignant_probability(self.probabilities))

    @property
    def events(self) -> int:
        """Events of all hidden layers together."""
        return sum(layer.events for layer in self.layers)

    @property
    def sparsity(self) -> float:
        """Share of all hidden activations that are zero, 0 to 1."""
        size = sum(layer.size for layer in self.layers)
        return 1 - self.events / size if size else 0.0


class AkidaClassifier:
    """One loaded model. Safe for several threads: the engine answers one photo at a time."""

    def __init__(self, entry: ModelEntry) -> None:
        """Loads the file of `entry`, after checking its hash, onto a chip or the simulator.

        A chip that is unplugged later is replaced by the simulator, and `trouble` says so.

        Raises:
            ModelError: the file or that of its gate is missing, changed, or not of this version.
        """
        stored = (entry.path, entry.sha256, entry.input_shape)
        self._model, self._spare = load_networks(*stored, count=2)
        self._tap = LayerTap(self._spare)
        self._gate = read_gate(entry)
        self.entry = entry
        self.name = entry.name
        self.input_size = entry.input_shape[0]
        self._stand_on(place(self._model))
        self.layers = tuple(self._spare.layers)
        self._lock = threading.Lock()
        blank = np.zeros((1, *entry.input_shape), np.uint8)
        self.logits(blank)  # the first run allocates
        if self._gate is not None and self.features(blank)[0].shape != self._gate.weights.shape:
            raise ModelError(
                f"The gate of {self.name} was made for another network: make it again with "
                "`python -m qana gate`."
            )

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """(N, S, S, 3) uint8 network inputs to (N, 7) float32 logits."""
        with self._lock:
            return self._predict(inputs).reshape(len(inputs), -1)

    def tap(self, inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Integers of every layer for one network input, (S, S, 3) uint8; see `LayerTap`."""
        with self._lock:
            return self._tap.outputs(inputs)

    def features(self, inputs: np.ndarray) -> np.ndarray:
        """(N, S, S, 3) uint8 network inputs to (N, F) integers that enter the last dense layer."""
        with self._lock:
            return np.stack([features(self._tap.outputs(image)) for image in inputs])

    def passes_gate(self, inputs: np.ndarray) -> np.ndarray:
        """(N, S, S, 3) uint8 network inputs to (N,) bool; all True for a model without a gate."""
        if self._gate is None:
            return np.ones(len(inputs), dtype=bool)
        return self._gate.passes(self.features(inputs))

    def classify(self, image: np.ndarray) -> Prediction:
        """Classifies one photo, (H, W, 3) uint8 RGB of any size; its centre square is read."""
        inputs = to_input(image, self.input_size)[None]
        with self._lock:
            start = time.perf_counter()
            if self.backend == CHIP:
                logits = self._predict(inputs).reshape(-1)
                latency_ms = (time.perf_counter() - start) * 1e3
                outputs = self._tap.outputs(inputs[0])
            else:  # walking the simulator layer by layer gives the same answer, and the events
                outputs = self._tap.outputs(inputs[0])
                logits = self._tap.logits(outputs)
                latency_ms = (time.perf_counter() - start) * 1e3
            backend = self.backend
        probabilities = softmax(logits, self.entry.temperature)
        known = self._gate is None or bool(self._gate.passes(features(outputs)[None])[0])
        return Prediction(
            inputs=inputs[0],
            logits=logits,
            probabilities=probabilities,
            latency_ms=latency_ms,
            layers=count_events(outputs),
            outputs=outputs,
            backend=backend,
            foreign=not known,
            unsure=float(probabilities.max()) < self.entry.abstain_below,
        )

    def _predict(self, inputs: np.ndarray) -> np.ndarray:
        try:
            return self._model.predict(inputs)
        except RuntimeError:
            if self.backend != CHIP:
                raise
            self._model = self._spare  # nothing more is asked of what hangs on the device
            self._stand_on(simulator(self._spare, LOST))
            return self._model.predict(inputs)

    def _stand_on(self, placed: Backend) -> None:
        self.backend, self.device, self.chip = placed.kind, placed.device, placed.chip
        self.trouble = placed.trouble


def load_classifier(name: str = DEFAULT_MODEL, folder: Path | None = None) -> AkidaClassifier:
    """The classifier of one model of a models folder (the project's, if none is given).

    Raises:
        ModelError: there is no such model, or its file is missing or changed.
    """
    return AkidaClassifier(find_entry(name, folder))
