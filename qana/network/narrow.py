"""The first weights of a narrow `qana`, from a trained wide one.

The two differ in the channels within their first blocks, where maps are large and every channel
costs most. Of each such map the channels are kept without which the block's result changes least,
by the rule of the optimal brain surgeon (Hassibi and Stork, "Second order derivatives for network
pruning", NIPS 1992) with the error taken over the block's own result; the block's last layer is
then solved for, on what the narrow network really gives it.
"""

from typing import NamedTuple

import numpy as np
import tf_keras as keras

from qana.network.solving import gram, normalize, outputs, ridge

ROWS = 60_000
"""Places of the maps that a layer is solved on, at most."""


class Map(NamedTuple):
    """Channels that run from one convolution through a depthwise one into a third.

    Attributes:
        first, depthwise, last: prefixes of the layers' names.
    """

    first: str
    depthwise: str
    last: str


MAPS = (
    Map("stem", "block0_depthwise", "block0_project"),
    Map("block1_expand", "block1_depthwise", "block1_project"),
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

    def rows(network: keras.Model, name: str) -> np.ndarray:
        found = outputs(network, network.get_layer(name).output, photos)
        return found.reshape(-1, found.shape[-1])[places]

    target = wanted.reshape(-1, wanted.shape[-1])[places]
    read = f"{one.depthwise}_relu"
    number = model.get_layer(read).output_shape[-1]
    kept = kept_channels(rows(ancestor, read), target, number)
    (kernel,) = ancestor.get_layer(f"{one.first}_conv").get_weights()
    model.get_layer(f"{one.first}_conv").set_weights([kernel[..., kept]])
    _norm(model, ancestor, one.first, kept)
    (kernel,) = ancestor.get_layer(f"{one.depthwise}_dw").get_weights()
    model.get_layer(f"{one.depthwise}_dw").set_weights([kernel[:, :, kept]])
    _norm(model, ancestor, one.depthwise, kept)
    given = rows(model, read)
    weights, offset = ridge(given, target)
    model.get_layer(f"{one.last}_conv").set_weights([weights[None, None].astype(np.float32)])
    normalize(model.get_layer(f"{one.last}_bn"), given @ weights, offset)


def _norm(model: keras.Model, ancestor: keras.Model, prefix: str, kept: np.ndarray) -> None:
    values = ancestor.get_layer(f"{prefix}_bn").get_weights()
    model.get_layer(f"{prefix}_bn").set_weights([value[kept] for value in values])
