"""Compares a converted network with its quantized Keras network, integer by integer.

The comparison follows each photo through both networks, layer by layer, and stops at the first
layer where their integers differ. A difference there has one of two causes:

- A rounding tie. Keras holds its integers in float32 and rounds a product above 2 ** 24 before it
  shifts it. Once in a while the rounded product lies on the other side of a tie than the exact
  integer of Akida. One integer is then off by one. Later layers read it and may differ, too.
- A wrong conversion. Integers are then off by more than one, or many of them are off.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import akida
import numpy as np
import tensorflow as tf
import tf_keras as keras

MAX_TIE_SHARE = 1e-3
"""Upper bound on the share of integers, 0 to 1, that can differ by rounding ties."""


@dataclass(frozen=True)
class LayerDifference:
    """Integers of one layer that differ, over the photos that were equal in all layers before it.

    The two shares count all photos that were equal up to here, not only those that differ here. The
    last layer of a network has a few hundred integers, so one integer of one photo would already
    exceed `MAX_TIE_SHARE`.

    Attributes:
        layer: name of the layer on Akida.
        photos: (K,) indices of the photos that differ first in this layer.
        values: number of integers that differ, over all these photos.
        share: share of the layer's integers that differ, 0 to 1.
        channel_share: share of the integers that differ in the worst channel, 0 to 1. It leaves
            out one integer, because in a small channel a single integer already exceeds
            `MAX_TIE_SHARE`.
        largest: largest absolute difference of two integers.
    """

    layer: str
    photos: np.ndarray
    values: int
    share: float
    channel_share: float
    largest: int

    @property
    def is_tie(self) -> bool:
        """True if rounding ties explain the difference.

        The integers must differ by one, and rarely, both in the whole layer and in each channel. A
        wrong channel among hundreds is rare in the layer, but not in itself.
        """
        return self.largest == 1 and max(self.share, self.channel_share) < MAX_TIE_SHARE


def find_differences(
    quantized: keras.Model, model: akida.Model, photos: np.ndarray, checked: int | None = None
) -> list[LayerDifference]:
    """Finds, for each photo, the first layer where Akida and Keras have different integers.

    Args:
        quantized: quantized Keras model.
        model: Akida model converted from it, not mapped to a device.
        photos: (N, S, S, 3) uint8, 0 to 255. Photos with equal logits may be left out.
        checked: number of photos in the whole check, including those left out of `photos`. None if
            none was left out.

    Returns:
        Differences in the order of the layers. A photo appears in at most one of them, and in none
        if all its integers are equal.

    Example:
        >>> all(difference.is_tie for difference in find_differences(quantized, model, photos))
        True
    """
    differences = []
    following = np.arange(len(photos))  # photos that were equal so far
    left_out = 0 if checked is None else checked - len(photos)
    depths = {layer.name: depth for depth, layer in enumerate(model.layers, start=1)}
    for name, expected in compute_keras_integers(quantized, list(depths), photos):
        if not len(following):
            break
        front = akida.Model(model.layers[: depths[name]])
        integers = front.forward(photos[following]).astype(np.int64)
        errors = np.abs(integers - expected[following].reshape(integers.shape))
        differs = (errors > 0).reshape(len(following), -1).any(axis=1)
        if differs.any():
            found = _describe(name, following[differs], errors, left_out + len(following))
            differences.append(found)
            following = following[~differs]
    return differences


def _describe(layer: str, photos: np.ndarray, errors: np.ndarray, checked: int) -> LayerDifference:
    """Summarizes the differences in one layer.

    Args:
        layer: name of the layer on Akida.
        photos: (K,) indices of the photos that differ first in this layer.
        errors: (M, H, W, C) int64 absolute differences, of all photos that were followed so far.
        checked: number of photos that the shares are relative to, at least M.
    """
    differing = errors > 0
    by_channel = differing.reshape(-1, differing.shape[-1]).sum(axis=0)
    integers = errors[0].size  # of one photo
    return LayerDifference(
        layer=layer,
        photos=photos,
        values=int(differing.sum()),
        share=int(differing.sum()) / (integers * checked),
        channel_share=float(by_channel.max() - 1) / (integers // len(by_channel) * checked),
        largest=int(errors.max()),
    )


def compute_keras_integers(
    quantized: keras.Model, names: list[str], photos: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Runs a quantized Keras model and gives the output of every Akida layer, one after another.

    The converter merges a layer with the activation and the pooling that follow it. The output of
    an Akida layer is therefore the output of the last Keras layer before the one that has the name
    of the next Akida layer.

    Args:
        quantized: quantized Keras model with one input.
        names: names of the Akida layers, in the order of the network.
        photos: (N, S, S, 3) uint8, 0 to 255.

    Yields:
        Name of an Akida layer and its (N, H, W, C) int64 integers.
    """
    order = [layer.name for layer in quantized.layers]
    shared = [name for name in names if name in order]
    last = {order[order.index(following) - 1]: name for name, following in pairwise(shared)}
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
