"""Computes the features of many photos with all processor cores."""

import akida
import numpy as np

from qana.inference.events import list_sending_layers

BATCH = 32
"""Photos of one call. The simulator divides a batch among the processor cores; with one photo a
call it uses one core."""


class FeatureNetwork:
    """The layers of a model up to the input of its last dense layer, in the simulator."""

    def __init__(self, model: akida.Model) -> None:
        """Copies the layers.

        Args:
            model: not mapped to a device.
        """
        last = list_sending_layers(model)[-2]
        depth = [layer.name for layer in model.layers].index(last) + 1
        self._front = akida.Model(layers=list(model.layers)[:depth])

    def compute(self, inputs: np.ndarray) -> np.ndarray:
        """Computes what enters the last dense layer.

        Args:
            inputs: (N, S, S, 3) uint8, N >= 1.

        Returns:
            (N, F) integers, equal to those that `LayerRecorder` gives for one photo.
        """
        starts = range(0, len(inputs), BATCH)
        found = [self._front.forward(inputs[at : at + BATCH], batch_size=BATCH) for at in starts]
        return np.concatenate(found).reshape(len(inputs), -1)
