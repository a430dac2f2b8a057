"""Computes the first weights of a narrow or compact `qana` from a trained wide one.

The two networks differ in the channels inside their first blocks, where maps are large and each
channel costs the most. The weights are computed block by block:

1. The channels to keep are selected. They are the channels without which the output of the block
   changes least, by the rule of the optimal brain surgeon (Hassibi and Stork, "Second order
   derivatives for network pruning", NIPS 1992), applied to the output of the block.
2. If one full convolution replaces two layers of the wide block, its weights are fitted by least
   squares. Its inputs are the patches that it reads; its targets are the sums of the second layer.
3. The last layer of the block is fitted by least squares to the inputs that the narrow network
   gives it.

A compact network has no block 0. Its stem gets the channels that block 0 of the wide network needs
most, and its fused block 1 is fitted to do the work of both blocks.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
import tf_keras as keras

from qana.network.blocks.convolution import BOUND
from qana.network.least_squares import compute_gram, compute_outputs, fit_ridge, set_normalization

MAX_ROWS = 60_000
"""Largest number of pixels that a layer is fitted to."""
ReadRows = Callable[[keras.Model, tf.Tensor], np.ndarray]
"""Computes a tensor inside a network at the selected pixels: (M, C) float32."""


@dataclass(frozen=True)
class NarrowedMap:
    """Inner channels of a block, from the convolution that makes them to the one that reads them.

    Attributes:
        first: prefix of the layer names of the convolution that makes the channels.
        depthwise: prefix of the layer names of the depthwise convolution.
        last: prefix of the layer names of the 1x1 convolution that reads the channels.
    """

    first: str
    depthwise: str
    last: str


NARROWED_MAPS = (
    NarrowedMap("stem", "block0_depthwise", "block0_project"),
    NarrowedMap("block1_expand", "block1_depthwise", "block1_project"),
    NarrowedMap("block3_expand", "block3_depthwise", "block3_project"),
)


def initialize_narrow(model: keras.Model, parent: keras.Model, photos: np.ndarray) -> None:
    """Sets the weights of a narrow or compact `qana` from a trained wide one.

    Layers of equal shape are copied.

    Args:
        model: narrow or compact `qana`, changed in place.
        parent: wide `qana`, trained.
        photos: (N, S, S, 3) uint8, 0 to 255: a few hundred training photos at the input size of
            both networks.
    """
    for layer in model.layers:
        weights = parent.get_layer(layer.name).get_weights()
        if [w.shape for w in weights] == [w.shape for w in layer.get_weights()]:
            layer.set_weights(weights)
    random = np.random.default_rng(0)
    names = {layer.name for layer in model.layers}
    for block in NARROWED_MAPS:
        if f"{block.last}_conv" in names:
            fused = f"{block.depthwise}_dw" not in names
            _initialize_block(model, parent, photos, block, fused, random)
        else:
            _copy_first_layer(model, parent, photos, block, random)


def select_channels(inputs: np.ndarray, targets: np.ndarray, number: int) -> np.ndarray:
    """Selects the inputs from which a linear layer can best give its outputs.

    It drops one channel at a time, always the one whose loss the others make up for best.

    Args:
        inputs: (M, C) inputs of the layer at M pixels.
        targets: (M, K) outputs of the layer.
        number: number of channels to keep, at most C.

    Returns:
        (number,) indices in ascending order.
    """
    inverse = np.linalg.inv(compute_gram(inputs))
    weights, _ = fit_ridge(inputs, targets)
    kept = np.ones(len(inverse), bool)
    for _ in range(len(inverse) - number):
        diagonal = np.where(kept, np.diag(inverse), 1)
        harm = np.where(kept, (weights**2).sum(axis=1) / diagonal, np.inf)
        dropped = int(harm.argmin())
        column = inverse[:, dropped] / inverse[dropped, dropped]
        # The remaining channels take over from the dropped one as well as they can.
        weights = weights - np.outer(column, weights[dropped])
        inverse = inverse - np.outer(column, inverse[dropped])
        kept[dropped] = False
    return np.flatnonzero(kept)


def _initialize_block(
    model: keras.Model,
    parent: keras.Model,
    photos: np.ndarray,
    block: NarrowedMap,
    fused: bool,
    random: np.random.Generator,
) -> None:
    """Sets the weights of the layers of one block.

    If it is fused, one full convolution, named as the first layer, replaces the first two.
    """
    outputs = compute_outputs(parent, parent.get_layer(f"{block.last}_bn").output, photos)
    pixels = random.permutation(outputs[..., 0].size)[:MAX_ROWS]

    def read_rows(network: keras.Model, tensor: tf.Tensor) -> np.ndarray:
        values = compute_outputs(network, tensor, photos)
        return values.reshape(-1, values.shape[-1])[pixels]

    targets = outputs.reshape(-1, outputs.shape[-1])[pixels]
    initialize = _fit_fused if fused else _copy_separable
    inputs = read_rows(model, initialize(model, parent, block, read_rows, targets))
    weights, bias = fit_ridge(inputs, targets)
    model.get_layer(f"{block.last}_conv").set_weights([weights[None, None].astype(np.float32)])
    set_normalization(model.get_layer(f"{block.last}_bn"), inputs @ weights, bias)


def _copy_first_layer(
    model: keras.Model,
    parent: keras.Model,
    photos: np.ndarray,
    block: NarrowedMap,
    random: np.random.Generator,
) -> None:
    """Copies the best channels of the first layer of a block without its other layers."""
    read, targets = (
        compute_outputs(parent, parent.get_layer(name).output, photos)
        for name in (f"{block.depthwise}_relu", f"{block.last}_bn")
    )
    pixels = random.permutation(read[..., 0].size)[:MAX_ROWS]
    read, targets = (one.reshape(-1, one.shape[-1])[pixels] for one in (read, targets))
    kept = select_channels(read, targets, model.get_layer(f"{block.first}_conv").filters)
    _copy_channels(model, parent, block.first, "conv", kept)


def _copy_channels(
    model: keras.Model, parent: keras.Model, prefix: str, layer: str, kept: np.ndarray
) -> None:
    """Copies channels of a convolution ("conv" or "dw") and of its normalization."""
    (kernel,) = parent.get_layer(f"{prefix}_{layer}").get_weights()
    kernel = kernel[:, :, kept] if layer == "dw" else kernel[..., kept]
    model.get_layer(f"{prefix}_{layer}").set_weights([kernel])
    values = parent.get_layer(f"{prefix}_bn").get_weights()
    model.get_layer(f"{prefix}_bn").set_weights([value[kept] for value in values])


def _copy_separable(
    model: keras.Model,
    parent: keras.Model,
    block: NarrowedMap,
    read_rows: ReadRows,
    targets: np.ndarray,
) -> tf.Tensor:
    """Copies the best channels of the first two layers and returns the input of the last layer."""
    activation = f"{block.depthwise}_relu"
    inputs = model.get_layer(activation).output
    wide = read_rows(parent, parent.get_layer(activation).output)
    kept = select_channels(wide, targets, inputs.shape[-1])
    _copy_channels(model, parent, block.first, "conv", kept)
    _copy_channels(model, parent, block.depthwise, "dw", kept)
    return inputs


def _fit_fused(
    model: keras.Model,
    parent: keras.Model,
    block: NarrowedMap,
    read_rows: ReadRows,
    targets: np.ndarray,
) -> tf.Tensor:
    """Fits the full convolution to the best channels and returns the input of the last layer."""
    layer = model.get_layer(f"{block.first}_conv")
    side, stride = layer.kernel_size[0], layer.strides[0]
    patches = tf.image.extract_patches(
        layer.input, (1, side, side, 1), (1, stride, stride, 1), (1, 1, 1, 1), "SAME"
    )
    inputs = read_rows(model, patches)
    sums = read_rows(parent, parent.get_layer(f"{block.depthwise}_bn").output)
    weights, bias = fit_ridge(inputs, sums)
    kept = select_channels(np.clip(inputs @ weights + bias, 0, BOUND), targets, layer.filters)
    weights, bias = weights[:, kept], bias[kept]
    layer.set_weights([weights.reshape(side, side, -1, len(kept)).astype(np.float32)])
    set_normalization(model.get_layer(f"{block.first}_bn"), inputs @ weights, bias)
    return model.get_layer(f"{block.first}_relu").output
