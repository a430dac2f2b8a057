"""Computes the first weights of `qana_sequential` from a trained `qana`.

The two networks have the same blocks but different layers. The sequential network lacks some ReLUs,
and its maps lie in another range. Only the stem and the depthwise kernels are therefore copied. The
1x1 part of each layer is fitted by least squares: its inputs are what the sequential network gives
it, and its targets are the outputs of `qana` at the same place. A layer thus corrects the errors
of the layers before it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
import tf_keras as keras

from qana.network.blocks.convolution import BOUND
from qana.network.least_squares import EPSILON, compute_outputs, fit_ridge, set_normalization

SPREAD = 3.0
"""Number of standard deviations from the middle of the range to its ends, for a signed map that is
scaled to the range from 0 to 6."""
MAX_ROWS = 60_000
"""Largest number of pixels that a layer is fitted to."""


@dataclass(frozen=True)
class LayerTarget:
    """A layer of the sequential network, and the layer of `qana` that it imitates.

    Attributes:
        layer: prefix of the layer names in the sequential network.
        target: layer of `qana` that gives the targets, before its ReLU.
        signed: True if the targets are signed and must be scaled to the range from 0 to 6.
        depthwise: sources of the depthwise kernel, in the order of the channels: the name of a
            layer of `qana`, or a number of channels that pass unchanged.
        copies: how many times the targets come.
    """

    layer: str
    target: str
    signed: bool
    depthwise: tuple[str | int, ...] = ()
    copies: int = 1


TARGETS = (
    LayerTarget("block0", "block0_project_bn", True, ("block0_depthwise_dw",)),
    LayerTarget("block1_expand", "block1_expand_bn", False),
    LayerTarget("block1", "block1_project_bn", True, ("block1_depthwise_dw",)),
    LayerTarget("block3_expand", "block3_expand_bn", False),
    LayerTarget("block3", "block3_project_bn", True, ("block3_depthwise_dw",)),
    LayerTarget("block4_expand", "block4_expand_bn", False),
    LayerTarget("block4", "block4_add", True, ("block4_depthwise_dw", 40), copies=2),
    LayerTarget("attention40", "attention40_add", True, ("attention40_spatial_dw", 40)),
    LayerTarget("block5_expand", "block5_expand_bn", False),
    LayerTarget("block5", "block5_project_bn", True, ("block5_depthwise_dw",)),
    LayerTarget("block6_expand", "block6_expand_bn", False),
    LayerTarget("block6", "block6_add", True, ("block6_depthwise_dw", 80), copies=2),
    LayerTarget("attention80", "attention80_add", True, ("attention80_spatial_dw", 80)),
    LayerTarget("block8_expand", "block8_expand_bn", False),
    LayerTarget("block8", "block8_project_bn", True, ("block8_depthwise_dw",)),
    LayerTarget("ghost112_primary", "ghost112_ghost_primary_bn", False, copies=2),
    LayerTarget("ghost112", "ghost112_add", True, (112, "ghost112_ghost_cheap_dw", 112), copies=2),
    LayerTarget("attention112", "excitation_add", True, ("attention112_spatial_dw", 112)),
    LayerTarget("head_features", "head_features_bn", False, ("head_mix_dw",)),
)
"""Layers in the order of the network. The last attention aims at the output of the squeeze and
excitation, which has no layer of its own."""


def initialize_sequential(model: keras.Model, parent: keras.Model, photos: np.ndarray) -> None:
    """Sets the weights of `qana_sequential` from a trained `qana`.

    Args:
        model: `qana_sequential`, changed in place.
        parent: `qana` with all its parts, trained.
        photos: (N, S, S, 3) uint8, 0 to 255: a few hundred training photos at the input size of
            both networks.
    """
    _copy_stem(model, parent)
    random = np.random.default_rng(0)
    for target in TARGETS:
        _fit_layer(model, parent, photos, target, random)
    _initialize_head(model, parent, photos)


def _copy_stem(model: keras.Model, parent: keras.Model) -> None:
    """Copies the stem. Only the parent offsets the pixels; here the mean includes the offset."""
    (kernel,) = parent.get_layer("stem_conv").get_weights()
    gamma, beta, mean, variance = parent.get_layer("stem_bn").get_weights()
    offset = parent.get_layer("rescale").offset
    model.get_layer("stem_conv").set_weights([kernel])
    shifted = mean - offset * kernel.sum(axis=(0, 1, 2))
    model.get_layer("stem_bn").set_weights([gamma, beta, shifted, variance])


def _fit_layer(
    model: keras.Model,
    parent: keras.Model,
    photos: np.ndarray,
    target: LayerTarget,
    random: np.random.Generator,
) -> None:
    """Fits one layer by least squares to the outputs of the parent."""
    kind = "sep" if target.depthwise else "conv"
    layer = model.get_layer(f"{target.layer}_{kind}")
    outputs = compute_outputs(parent, parent.get_layer(target.target).output, photos)
    pixels = random.permutation(outputs[..., 0].size)[:MAX_ROWS]
    targets = outputs.reshape(-1, outputs.shape[-1])[pixels]
    if target.signed:
        deviation = targets.std(axis=0) + EPSILON
        targets = BOUND / 2 + (targets - targets.mean(axis=0)) * (BOUND / 2 / SPREAD / deviation)
    targets = np.tile(targets, target.copies)
    source = layer.input
    if target.depthwise:
        kernel = _make_depthwise_kernel(parent, target.depthwise, layer.kernel_size[0])
        strides = (1, *layer.strides, 1)
        source = _apply(lambda x: tf.nn.depthwise_conv2d(x, kernel, strides, "SAME"), source)
    inputs = compute_outputs(model, source, photos)
    inputs = inputs.reshape(-1, inputs.shape[-1])[pixels]
    carried = layer.filters - targets.shape[1]
    if carried:  # channels that carry the input of the block
        targets = np.concatenate([targets, inputs[:, :carried]], axis=1)
    weights, bias = fit_ridge(inputs, targets)
    depthwise = [kernel] if target.depthwise else []
    layer.set_weights([*depthwise, weights[None, None].astype(np.float32)])
    set_normalization(model.get_layer(f"{target.layer}_bn"), inputs @ weights, bias)


def _initialize_head(model: keras.Model, parent: keras.Model, photos: np.ndarray) -> None:
    """Scales each averaged feature to the range from 0 to 6 and undoes it in the last layer."""
    convolution = model.get_layer("head_average_conv")
    convolution.set_weights([np.eye(convolution.filters, dtype=np.float32)[None, None]])
    means = compute_outputs(model, model.get_layer("head_average").output, photos)
    stretch = BOUND / (np.quantile(means, 0.99, axis=0) + EPSILON)
    layer = model.get_layer("head_average_bn")
    mean, variance = means.mean(axis=0), means.var(axis=0)
    layer.set_weights([stretch * np.sqrt(variance + EPSILON), stretch * mean, mean, variance])
    kernel, bias = parent.get_layer("logits").get_weights()
    model.get_layer("logits").set_weights([kernel / stretch[:, None], bias])


def _make_depthwise_kernel(
    parent: keras.Model, sources: Sequence[str | int], side: int
) -> np.ndarray:
    """Joins depthwise kernels of the parent with kernels that pass channels unchanged.

    Args:
        parent: trained `qana`.
        sources: as in `LayerTarget.depthwise`.
        side: side of the kernel, pixels.

    Returns:
        (side, side, C, 1) float32.
    """
    parts = []
    for source in sources:
        if isinstance(source, int):
            part = np.zeros((side, side, source, 1), np.float32)
            part[side // 2, side // 2] = 1
        else:
            (part,) = parent.get_layer(source).get_weights()
            edge = (len(part) - side) // 2  # a 3x3 layer gets the middle of a 5x5 kernel
            part = part[edge : edge + side, edge : edge + side]
        parts.append(part)
    return np.concatenate(parts, axis=2)


def _apply(function: Callable[[tf.Tensor], tf.Tensor], x: tf.Tensor) -> tf.Tensor:
    return keras.layers.Lambda(function)(x)
