"""The first weights of a narrow `qana`, from a trained wide one.

The two differ in the channels within their first blocks, where maps are large and every channel
costs most. Of each such map the channels are kept without which the block's result changes least,
by the rule of the optimal brain surgeon (Hassibi and Stork, "Second order derivatives for network
pruning", NIPS 1992) with the error taken over the block's own result. Where one full convolution
stands for two layers, it is solved for first: the sums that the second had, from the patches that
the first reads. The block's last layer is then solved for, on what the narrow network really gives
it.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import tf_keras as keras

from qana.network.blocks.convolution import BOUND
from qana.network.least_squares import gram, normalize, outputs, ridge

ROWS = 60_000
"""Places of the maps that a layer is solved on, at most."""
Rows = Callable[[keras.Model, tf.Tensor], np.ndarray]
"""What a tensor within a network is at the places that are solved on: (M, C) float32."""


class Map(NamedTuple):
    """Channels that run from one convolution through a depthwise one into a third.

    Attributes:
        first, depthwise, last: prefixes of the layers' names.
        fused: one full convolution, named as the first, stands for the first two in the narrow
            network.
    """

    first: str
    depthwise: str
    last: str
    fused: bool = False


MAPS = (
    Map("stem", "block0_depthwise", "block0_project"),
    Map("block1_expand", "block1_depthwise", "block1_project", fused=True),
    Map("block3_expand", "block3_depthwise", "block3_project"),
)


def narrow(model: keras.Model, ancestor: keras.Model, photos: np.ndarray) -> None:
    """Fills every layer of a narrow `qana` from a trained wide one.

    Args:
        model: of `qana`, narrow; changed in place.
        ancestor: of `qana`, trained.
        photos: (N, S, S, 3) uint8, at the input size of both; some hundred training photos.
    """
    for layer in model.layers:
        weights = ancestor.get_layer(layer.name).get_weights()
        if [w.shape for w in weights] == [w.shape for w in layer.get_weights()]:
            layer.set_weights(weights)
    random = np.random.default_rng(0)
    for one in MAPS:
        _fill(model, ancestor, photos, one, random)


def kept_channels(read: np.ndarray, target: np.ndarray, number: int) -> np.ndarray:
    """The channels that together serve a linear layer best, left by dropping one at a time.

    Args:
        read: (M, C) float, what the layer reads.
        target: (M, K) float, what it gives.
        number: how many to keep, at most C.

    Returns:
        (number,) integer, ascending.
    """
    inverse = np.linalg.inv(gram(read))
    weights, _ = ridge(read, target)
    left = np.ones(len(inverse), bool)
    for _ in range(len(inverse) - number):
        diagonal = np.where(left, np.diag(inverse), 1)
        harm = np.where(left, (weights**2).sum(axis=1) / diagonal, np.inf)
        dropped = int(harm.argmin())
        column = inverse[:, dropped] / inverse[dropped, dropped]
        # What the dropped channel did, the others now do as well as they can.
        weights = weights - np.outer(column, weights[dropped])
        inverse = inverse - np.outer(column, inverse[dropped])
        left[dropped] = False
    return np.flatnonzero(left)


def _fill(
    model: keras.Model,
    ancestor: keras.Model,
    photos: np.ndarray,
    one: Map,
    random: np.random.Generator,
) -> None:
    wanted = outputs(ancestor, ancestor.get_layer(f"{one.last}_bn").output, photos)
    places = random.permutation(wanted[..., 0].size)[:ROWS]

    def rows(network: keras.Model, tensor: tf.Tensor) -> np.ndarray:
        found = outputs(network, tensor, photos)
        return found.reshape(-1, found.shape[-1])[places]

    target = wanted.reshape(-1, wanted.shape[-1])[places]
    fill = _fused if one.fused else _separable
    given = rows(model, fill(model, ancestor, one, rows, target))
    weights, offset = ridge(given, target)
    model.get_layer(f"{one.last}_conv").set_weights([weights[None, None].astype(np.float32)])
    normalize(model.get_layer(f"{one.last}_bn"), given @ weights, offset)


def _separable(
    model: keras.Model, ancestor: keras.Model, one: Map, rows: Rows, target: np.ndarray
) -> tf.Tensor:
    """Takes over the best of the channels as they are; returns the last layer's input."""
    read = f"{one.depthwise}_relu"
    given = model.get_layer(read).output
    kept = kept_channels(rows(ancestor, ancestor.get_layer(read).output), target, given.shape[-1])
    for prefix, layer in ((one.first, "conv"), (one.depthwise, "dw")):
        (kernel,) = ancestor.get_layer(f"{prefix}_{layer}").get_weights()
        kernel = kernel[:, :, kept] if layer == "dw" else kernel[..., kept]
        model.get_layer(f"{prefix}_{layer}").set_weights([kernel])
        values = ancestor.get_layer(f"{prefix}_bn").get_weights()
        model.get_layer(f"{prefix}_bn").set_weights([value[kept] for value in values])
    return given


def _fused(
    model: keras.Model, ancestor: keras.Model, one: Map, rows: Rows, target: np.ndarray
) -> tf.Tensor:
    """Solves for the best of the channels, each from the whole patch that it is of; returns the
    last layer's input."""
    layer = model.get_layer(f"{one.first}_conv")
    side, stride = layer.kernel_size[0], layer.strides[0]
    patches = tf.image.extract_patches(
        layer.input, (1, side, side, 1), (1, stride, stride, 1), (1, 1, 1, 1), "SAME"
    )
    read = rows(model, patches)
    sums = rows(ancestor, ancestor.get_layer(f"{one.depthwise}_bn").output)
    weights, offset = ridge(read, sums)
    kept = kept_channels(np.clip(read @ weights + offset, 0, BOUND), target, layer.filters)
    weights, offset = weights[:, kept], offset[kept]
    layer.set_weights([weights.reshape(side, side, -1, len(kept)).astype(np.float32)])
    normalize(model.get_layer(f"{one.first}_bn"), read @ weights, offset)
    return model.get_layer(f"{one.first}_relu").output
