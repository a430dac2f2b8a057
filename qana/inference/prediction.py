"""The answer of the spiking network to one photo."""

from dataclasses import dataclass, field

import numpy as np

from qana.classes import LABELS
from qana.inference.events import LayerEvents
from qana.inference.probabilities import malignant_probability


@dataclass(frozen=True, eq=False)
class Prediction:
    """The answer of the spiking network to one photo.

    Attributes:
        inputs: (S, S, 3) uint8 RGB, the square as the network read it.
        in_lit_field: True where that square was cut from the lit field inside the surround of a
            dermatoscope. The gate turns away less there.
        logits: (7,) float32, in the order of `qana.classes.LABELS`.
        probabilities: (7,) float64, summing to 1: softmax of the logits over the temperature.
        latency_ms: wall time of the engine's answer on this machine, milliseconds. In the
            simulator the layers are run one by one, which takes a few percent longer.
        layers: events of each hidden layer, in order.
        outputs: the integers of each layer, name to (H, W, C), as `LayerRecorder.record` gives
            them. An explanation of this very answer starts from them.
        backend: "chip" or "simulator".
        device: that chip or simulator, in words.
        out_of_distribution: True where the gate does not know the photo as a lesion.
        unsure: True where the top probability is below the one that the model needs to answer.
    """

    inputs: np.ndarray = field(repr=False)
    in_lit_field: bool
    logits: np.ndarray
    probabilities: np.ndarray
    latency_ms: float
    layers: tuple[LayerEvents, ...]
    outputs: dict[str, np.ndarray] = field(repr=False)
    backend: str
    device: str
    out_of_distribution: bool
    unsure: bool

    @property
    def top(self) -> tuple[tuple[str, float], ...]:
        """The three likeliest classes as (label, probability), likeliest first."""
        order = np.argsort(-self.probabilities, kind="stable")[:3]
        return tuple((LABELS[index], float(self.probabilities[index])) for index in order)

    @property
    def malignant_probability(self) -> float:
        """Probability of melanoma, basal cell carcinoma or actinic keratosis, 0 to 1."""
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
