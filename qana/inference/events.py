"""Records the integers of every layer for one photo, and counts the events.

On Akida an event is a non-zero activation. A zero is never sent and never computed with. The
engine returns its last layer only. So each layer is run alone on the integers of the layers before
it. That gives the integers of every layer and the same logits, in about the time of one inference.
A Concatenate sends nothing of its own and an Add is an integer sum: both are computed here.

A chip does not report its activations either. The simulator, which computes the same integers,
always counts the events.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import akida
import numpy as np

Outputs = Mapping[str, np.ndarray]
"""Name of each layer and its (H, W, C) integers for one photo, in network order, logits last."""
SILENT = (
    akida.LayerType.InputData,
    akida.LayerType.Quantizer,
    akida.LayerType.Concatenate,
    akida.LayerType.Dequantizer,
)
"""Types of layers without events: they take in pixels, join channels or scale the logits."""


@dataclass(frozen=True)
class LayerEvents:
    """The events of one layer for one photo.

    Attributes:
        name: of the layer.
        events: number of non-zero activations.
        size: number of activations.
    """

    name: str
    events: int
    size: int

    @property
    def sparsity(self) -> float:
        """Share of the activations that are zero, 0 to 1."""
        return 1 - self.events / self.size


class LayerRecorder:
    """Records the output of every layer. Not thread-safe: its owner holds a lock.

    It copies the layers, and the engine never frees such copies: make one recorder for a model.
    """

    def __init__(self, model: akida.Model) -> None:
        """Takes the layers of `model`, which must not be mapped on a device."""
        self._layers = list(model.layers)
        self._alone = {
            layer.name: akida.Model(layers=[layer])
            for layer in self._layers
            if layer.parameters.layer_type not in (*SILENT, akida.LayerType.Add)
            and layer.inbounds
            and not _reads_pixels(layer)
        }
        entrance = [layer for layer in self._layers if not layer.inbounds or _reads_pixels(layer)]
        self._entrance = akida.Model(layers=entrance)
        self._entrance_name = entrance[-1].name
        self._last = self._layers[-1]
        self._sending = list_sending_layers(model)

    def find_layers(self, name: str) -> tuple[akida.Layer, ...]:
        """Finds the layer of the model and the copy that computes its output.

        A variable that is changed in both changes what is recorded.

        Args:
            name: of a layer.

        Raises:
            KeyError: there is no such layer.
        """
        layers = {layer.name: layer for layer in self._layers}
        computing = self._alone.get(name, self._entrance)
        copies = [layer for layer in computing.layers if layer.name == name]
        return (layers[name], *copies)

    def record(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """Runs one photo and records the integers of each layer that sends events.

        Args:
            image: (S, S, 3) uint8.

        Returns:
            Name of each layer and its (H, W, C) int8, uint8 or int32 integers, in network order.
            The last layer is the one of the logits.
        """
        return self.record_batch(image[None])[0]

    def record_batch(self, images: np.ndarray) -> list[dict[str, np.ndarray]]:
        """Runs several photos, one layer after the other; see `record`.

        Args:
            images: (N, S, S, 3) uint8.

        Returns:
            For each photo what `record` gives, to the bit. The arrays of one layer share memory.
        """
        found = {self._entrance_name: _forward(self._entrance, images)}
        for layer in self._layers:
            inputs = [found[before.name] for before in layer.inbounds if before.name in found]
            kind = layer.parameters.layer_type
            if layer.name in self._alone:
                found[layer.name] = _forward(self._alone[layer.name], inputs[0])
            elif kind == akida.LayerType.Add:
                found[layer.name] = _add(layer, *inputs)
            elif kind == akida.LayerType.Concatenate:
                found[layer.name] = np.concatenate(inputs, axis=-1)
        return [{name: found[name][at] for name in self._sending} for at in range(len(images))]

    def logits(self, outputs: dict[str, np.ndarray]) -> np.ndarray:
        """Computes (7,) float32 logits from recorded outputs, equal to the engine's to the bit."""
        *_hidden, last = outputs.values()
        return self._scale(last.reshape(-1))

    def compute_logits(self, features: np.ndarray) -> np.ndarray:
        """Computes logits from what enters the last dense layer, equal to the engine's to the bit.

        Args:
            features: (N, F) integers, as `read_features` gives them, N >= 1.

        Returns:
            (N, 7) float32.
        """
        dense = self._alone[self._sending[-1]]
        integers = _forward(dense, features.reshape(len(features), *dense.input_shape))
        return self._scale(integers.reshape(len(features), -1))

    def _scale(self, integers: np.ndarray) -> np.ndarray:
        """Scales the integers of the last layer, (..., 7), to float32 logits."""
        if self._last.parameters.layer_type == akida.LayerType.Dequantizer:
            return integers.astype(np.float32) * self._last.get_variable("scales")
        zero, step = (self._last.get_variable(name) for name in ("threshold", "act_step"))
        return (integers - zero).astype(np.float32) / step  # how Akida 1.0 scales its last layer


def list_sending_layers(model: akida.Model) -> list[str]:
    """Lists the names of the layers that send events, in order. The last one gives the logits."""
    return [layer.name for layer in model.layers if layer.parameters.layer_type not in SILENT]


def count_events(outputs: dict[str, np.ndarray]) -> tuple[LayerEvents, ...]:
    """Counts the events of each layer but the last, from what `LayerRecorder.record` gives."""
    *hidden, _logits = outputs.items()
    return tuple(
        LayerEvents(name, int(np.count_nonzero(output)), output.size) for name, output in hidden
    )


def read_features(outputs: dict[str, np.ndarray]) -> np.ndarray:
    """Picks the (F,) integers that enter the last dense layer from recorded outputs."""
    *_earlier, last, _logits = outputs.values()
    return last.reshape(-1)


def _forward(model: akida.Model, inputs: np.ndarray) -> np.ndarray:
    # With a larger batch size the simulator allocates anew in each call, which takes twice as long.
    return model.forward(inputs, batch_size=1)


def _reads_pixels(layer: akida.Layer) -> bool:
    before = [inbound.parameters.layer_type for inbound in layer.inbounds]
    return akida.LayerType.Quantizer in before or akida.LayerType.InputData in before


def _add(layer: akida.Layer, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Akida's Add: both inputs aligned by left shifts, summed, shifted back, saturated."""
    a_shift, b_shift, output_shift = (
        layer.get_variable(name).astype(np.int64) for name in ("a_shift", "b_shift", "output_shift")
    )
    total = (a.astype(np.int64) << a_shift) + (b.astype(np.int64) << b_shift)
    right = np.maximum(-output_shift, 0)
    half = np.where(right > 0, 1 << np.maximum(right - 1, 0), 0)
    shifted = ((total + half) >> right) << np.maximum(output_shift, 0)
    limits = np.iinfo(np.int8)
    return np.clip(shifted, limits.min, limits.max).astype(np.int8)
