"""Classifies a photo with the spiking network.

Needs numpy, OpenCV and akida alone: neither TensorFlow nor torch is imported on this path.
"""

import threading
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from qana.errors import ModelError
from qana.imaging.check_array import check_photo_array
from qana.imaging.crop import crop_input
from qana.inference.backend import CHIP, CHIP_LOST, Backend, choose_backend, use_simulator
from qana.inference.events import LayerRecorder, count_events, read_features
from qana.inference.feature_network import FeatureNetwork
from qana.inference.gate import read_gate
from qana.inference.load_network import load_networks
from qana.inference.manifest import DEFAULT_MODEL, ModelEntry, find_entry
from qana.inference.prediction import Prediction
from qana.inference.temperature import softmax


class AkidaClassifier:
    """One loaded model on a chip or in the simulator.

    Several threads may use it at once: the engine answers one photo at a time.

    Attributes:
        entry: what the manifest says of the model.
        name: of the model.
        input_size: side of the square that the network reads, pixels.
        layers: the layers of the Akida model, in order.
        backend: "chip" or "simulator".
        device: that chip or simulator, in words.
        chip: the akida.Device; None in the simulator.
        warning: one sentence if a chip is or was there but cannot be used; else None.
    """

    def __init__(self, entry: ModelEntry) -> None:
        """Checks the hash of the model's file and loads it onto a chip or the simulator.

        If the chip is unplugged later, the simulator takes over and `warning` explains it.

        Args:
            entry: the model.

        Raises:
            ModelError: the model's file or its gate is missing, changed, or not of this version.
        """
        stored = (entry.path, entry.sha256, entry.input_shape)
        self._model, self._spare = load_networks(*stored, count=2)
        self._recorder = LayerRecorder(self._spare)
        self._gate = read_gate(entry)
        self.entry = entry
        self.name = entry.name
        self.input_size = entry.input_shape[0]
        self._use(choose_backend(self._model))
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
        """Computes the logits: (N, S, S, 3) uint8 network inputs to (N, 7) float32."""
        with self._lock:
            return self._predict(inputs).reshape(len(inputs), -1)

    def record_layers(self, inputs: np.ndarray) -> dict[str, np.ndarray]:
        """Records the integers of every layer for one (S, S, 3) uint8 input."""
        with self._lock:
            return self._recorder.record(inputs)

    def features(self, inputs: np.ndarray) -> np.ndarray:
        """Computes what enters the last dense layer: (N, S, S, 3) uint8 to (N, F) integers."""
        with self._lock:
            if len(inputs) == 1:
                return read_features(self._recorder.record(inputs[0]))[None]
            return self._feature_network.compute(inputs)

    def classify_features(self, features: np.ndarray) -> np.ndarray:
        """Computes the calibrated probabilities of what `features` gave: (N, F) to (N, 7)."""
        with self._lock:
            logits = self._recorder.compute_logits(features)
        return softmax(logits, self.entry.temperature)

    @cached_property
    def _feature_network(self) -> FeatureNetwork:
        # Made for the first batch, because whoever classifies one photo at a time needs no copy.
        return FeatureNetwork(self._spare)

    def passes_gate(self, inputs: np.ndarray, in_lit_field: np.ndarray | bool) -> np.ndarray:
        """Asks the gate: (N, S, S, 3) uint8 to (N,) bool; all True for a model without a gate.

        `in_lit_field` says, for each or for all, whether it was cut from a lit field.
        """
        if self._gate is None:
            return np.ones(len(inputs), dtype=bool)
        return self._gate.passes(self.features(inputs), in_lit_field)

    def classify(self, photo: np.ndarray) -> Prediction:
        """Classifies one photo, whatever its quality; `qana.diagnose` also judges that.

        Args:
            photo: (H, W, 3) uint8 RGB of any size; the centre square of its lit field is read.

        Raises:
            ImageError: `photo` is an array of another type or shape, or no array.
        """
        return self.classify_input(*crop_input(check_photo_array(photo), self.input_size))

    def classify_input(self, square: np.ndarray, in_lit_field: bool = False) -> Prediction:
        """Classifies a photo that is already cropped to the network's input.

        Args:
            square: (S, S, 3) uint8 RGB, with the network's own `input_size` as S.
            in_lit_field: whether `crop_input` cut it from a lit field.
        """
        return self.classify_inputs(square[None], (in_lit_field,))[0]

    def classify_inputs(
        self, squares: np.ndarray, in_lit_field: Sequence[bool] | None = None
    ) -> list[Prediction]:
        """Classifies several photos that are already cropped to the network's input.

        Args:
            squares: (N, S, S, 3) uint8 RGB, with the network's own `input_size` as S; N at least 1.
            in_lit_field: for each of them whether `crop_input` cut it from a lit field; None for
                none of them.

        Returns:
            The answer of `classify_input` to each photo, to the bit, but for the time: that is the
            time of the batch divided by N.
        """
        with self._lock:
            start = time.perf_counter()
            if self.backend == CHIP:
                logits = list(self._predict(squares).reshape(len(squares), -1))
                seconds = time.perf_counter() - start
                outputs = self._recorder.record_batch(squares)
            else:  # running the simulator layer by layer gives the same answer, and the events
                outputs = self._recorder.record_batch(squares)
                logits = [self._recorder.logits(one) for one in outputs]
                seconds = time.perf_counter() - start
            placed = self.backend, self.device
        latency_ms = seconds * 1e3 / len(squares)
        fields = [False] * len(squares) if in_lit_field is None else in_lit_field
        return [
            self._make_prediction(*one, latency_ms, placed)
            for one in zip(squares, fields, logits, outputs, strict=True)
        ]

    def _make_prediction(
        self,
        square: np.ndarray,
        in_lit_field: bool,
        logits: np.ndarray,
        outputs: dict[str, np.ndarray],
        latency_ms: float,
        placed: tuple[str, str],
    ) -> Prediction:
        probabilities = softmax(logits, self.entry.temperature)
        features = read_features(outputs)[None]
        known = self._gate is None or bool(self._gate.passes(features, in_lit_field)[0])
        backend, device = placed
        return Prediction(
            inputs=square,
            in_lit_field=in_lit_field,
            logits=logits,
            probabilities=probabilities,
            latency_ms=latency_ms,
            layers=count_events(outputs),
            outputs=outputs,
            backend=backend,
            device=device,
            out_of_distribution=not known,
            unsure=float(probabilities.max()) < self.entry.abstain_below,
        )

    def _predict(self, inputs: np.ndarray) -> np.ndarray:
        try:
            return self._model.predict(inputs)
        except RuntimeError:
            if self.backend != CHIP:
                raise
            self._model = self._spare  # the lost device is not asked again
            self._use(use_simulator(self._spare, CHIP_LOST))
            return self._model.predict(inputs)

    def _use(self, placed: Backend) -> None:
        self.backend, self.device, self.chip = placed.kind, placed.device, placed.chip
        self.warning = placed.warning


def load_classifier(name: str = DEFAULT_MODEL, folder: Path | None = None) -> AkidaClassifier:
    """Loads one model onto a chip, if one is plugged in, else into the simulator.

    Args:
        name: of the model, such as "akida2" or "akd1000".
        folder: models folder; None for the one that comes with QANA.

    Raises:
        ModelError: there is no such model, or its file is missing or changed.

    Example:
        >>> classifier = load_classifier("akida2")
        >>> classifier.backend
        'simulator'
    """
    return AkidaClassifier(find_entry(name, folder))
