"""Reads the activation of an Akida layer as the staircase that it is, and counts a photo's steps.

A rectified layer of Akida 2.0 multiplies each sum by an 8-bit scale and shifts it right, with
halves rounded up (`qana.export.akida_rescaling`). So a sum gives the integer 1 from half a step on,
2 from one and a half steps on, and so forth: a ReLU in steps, up to 127.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import akida
import numpy as np

from qana.export.akida_rescaling import read_rescaling
from qana.inference.events import Outputs

SILENT_SHARE = 0.5
"""Share of silent places that the drawn channel should be near, so that both sides are seen."""


@dataclass(frozen=True, eq=False)
class Staircase:
    """The activation of one channel and the integers that one photo gives there.

    Attributes:
        layer: name of the layer.
        channel: number of the channel.
        threshold: smallest sum that gives an event, in the integers of the sums.
        step: sum between two integers of the output.
        counts: (K,) int64, number of places with each integer, from 0 to the largest.
    """

    layer: str
    channel: int
    threshold: int
    step: float
    counts: np.ndarray

    @property
    def places(self) -> int:
        """Number of places of the channel's map."""
        return int(self.counts.sum())

    @property
    def silent(self) -> int:
        """Number of places without an event."""
        return int(self.counts[0])


def find_staircase(layers: Iterable[akida.Layer], outputs: Outputs) -> Staircase | None:
    """Finds the channel of a rectified layer that is silent at about half of its places.

    Args:
        layers: of an Akida 2.0 network.
        outputs: name of each layer to its (H, W, C) integers for one photo.

    Returns:
        Its staircase; None for a network without a rectified layer of more than one place.
    """
    best: tuple[float, akida.Layer, int] | None = None
    for layer in layers:
        output = outputs.get(layer.name)
        rectified = "max_value" in layer.get_variable_names()
        if output is None or not rectified or output.shape[0] < 2:
            continue
        away = np.abs((output == 0).mean(axis=(0, 1)) - SILENT_SHARE)
        channel = int(away.argmin())
        if best is None or away[channel] < best[0]:
            best = (float(away[channel]), layer, channel)
    return None if best is None else read_staircase(best[1], outputs[best[1].name], best[2])


def read_staircase(layer: akida.Layer, output: np.ndarray, channel: int) -> Staircase:
    """Reads the staircase of one channel.

    Args:
        layer: rectified Akida 2.0 layer.
        output: (H, W, C) integers of one photo, 0 to 127.
        channel: number of the channel.
    """
    rescaling = read_rescaling(layer)
    scale, shift = int(rescaling.scale[channel]), int(rescaling.shift[channel])
    half = 1 << (shift - 1) if shift else 0
    threshold = -(-((1 << shift) - half) // scale)
    counts = np.bincount(output[..., channel].astype(np.int64).ravel())
    return Staircase(layer.name, channel, threshold, 2.0**shift / scale, counts)


def count_negative_events(outputs: Outputs) -> int:
    """Counts the events of the hidden layers that carry a negative integer.

    Args:
        outputs: name of each layer to its integers for one photo, the logits last.
    """
    *hidden, _logits = outputs.values()
    return sum(int((output < 0).sum()) for output in hidden)
