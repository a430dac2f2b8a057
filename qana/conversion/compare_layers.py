"""Where a converted network leaves its quantized Keras form, integer by integer.

Keras carries the integers in float32, so a product above 2 ** 24 is rounded before it is shifted:
now and then it falls on the other side of a tie than Akida's exact integers. Such an integer is
off by one, and everything behind it may follow. A wrong layer is off by more, or everywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import akida
import numpy as np
import tensorflow as tf
import tf_keras as keras

RARE = 1e-3
"""Share of integers below which ones off by one are ties and not another rounding."""


@dataclass(frozen=True)
class Departure:
    """A layer in which photos leave the Keras network that they followed exactly so far.

    Attributes:
        layer: name on Akida.
        photos: indices of the photos that leave here.
        values: integers that differ, over those photos.
        share: of all integers of the layer, over all photos of the check that came this far, 0 to
            1. Over those that leave alone it would say little: the last layer of a network has a
            few hundred integers, and one of them is as rare as a tie can be.
        in_channel: the same of the one channel that has most of them, beside its first integer:
            a channel may have fewer integers than a tie is rare.
        largest: difference.
    """

    layer: str
    photos: np.ndarray
    values: int
    share: float
    in_channel: float
    largest: int

    @property
    def is_tie(self) -> bool:
        """Whether rounding of rare values explains it: rare over the whole check, in the layer and
        in each channel. A channel that is wrong, be it one of hundreds, is not rarely so."""
        return self.largest == 1 and max(self.share, self.in_channel) < RARE


def departures(
    quantized: keras.Model, model: akida.Model, photos: np.ndarray, checked: int | None = None
) -> list[Departure]:
    """Follows photos through both networks until each has left or come to the end.

    Args:
        quantized: quantized Keras model.
        model: what it was converted to, mapped on no device.
        photos: (N, S, S, 3) uint8.
        checked: how many were run through both networks, if `photos` are only those of them that
            came to other logits; None for N.

    Returns:
        First departure of every photo that has one, grouped by layer, in the order of layers.
    """
    found = []
    left = np.arange(len(photos))
    equal = 0 if checked is None else checked - len(photos)
    depth = {layer.name: number for number, layer in enumerate(model.layers, start=1)}
    for name, expected in keras_integers(quantized, list(depth), photos):
        if not len(left):
            break
        part = akida.Model(model.layers[: depth[name]])
        integers = part.forward(photos[left]).astype(np.int64)
        difference = np.abs(integers - expected[left].reshape(integers.shape))
        here = difference.reshape(len(left), -1).max(axis=1) > 0
        if here.any():
            values, came = int((difference > 0).sum()), equal + len(left)
            share = values / (difference[0].size * came)
            channels = (difference > 0).reshape(-1, difference.shape[-1]).sum(axis=0)
            in_channel = float(channels.max() - 1) / (difference[0].size // len(channels) * came)
            largest = int(difference.max())
            found.append(Departure(name, left[here], values, share, in_channel, largest))
            left = left[~here]
    return found


def keras_integers(
    quantized: keras.Model, names: list[str], photos: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Output of every Akida layer, as Keras has it, one after the other.

    Conversion fuses a layer with the activation and the pooling behind it: the output of an Akida
    layer is that of the last Keras layer before the next one's namesake.
    """
    order = [layer.name for layer in quantized.layers]
    known = [name for name in names if name in order]
    last = {order[order.index(following) - 1]: name for name, following in pairwise(known)}
    outputs: dict[str, object] = {}
    for layer in quantized.layers:
        if isinstance(layer, keras.layers.InputLayer):
            outputs[layer.name] = tf.constant(photos.astype(np.float32))
            continue
        inputs = [outputs[node.layer.name] for node in layer.inbound_nodes[0].parent_nodes]
        outputs[layer.name] = layer(inputs[0] if len(inputs) == 1 else inputs)
        if layer.name in last:
            integers = getattr(outputs[layer.name], "fp", outputs[layer.name])
            if hasattr(integers, "values"):
                yield last[layer.name], integers.values.numpy().astype(np.int64)
