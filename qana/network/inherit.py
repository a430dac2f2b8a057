"""The first weights of the sequential network, from a trained `qana`.

The two have the same blocks, but a layer of one is not a layer of the other: the sequential one
lacks rectifiers that the other has, and its maps lie in another range. So no weight is copied but
the depthwise kernels and the stem. Each 1x1 part is solved for: the weights with which its own
input, as it comes, gives in the least squares what the other network has at that place. An error
that one layer leaves, the next one sees and corrects.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import tf_keras as keras

from qana.network.blocks.convolution import BOUND
from qana.network.least_squares import EPSILON, normalize, outputs, ridge

SPREAD = 3.0
"""A signed map is laid into [0, 6] with its mean at 3 and so many deviations on each side."""
ROWS = 60_000
"""Places of the maps that a layer is solved on, at most."""


class Step(NamedTuple):
    """One layer of the sequential network and what it is to give.

    Attributes:
        layer: prefix of its names.
        target: layer of `qana` whose output it aims at before its own rectifier.
        signed: True where that output is signed and must be laid into [0, 6].
        taps: depthwise kernels: a layer of `qana`, or how many channels are passed on as they are.
        copies: how many times the target comes.
    """

    layer: str
    target: str
    signed: bool
    taps: tuple[str | int, ...] = ()
    copies: int = 1


STEPS = (
    Step("block0", "block0_project_bn", True, ("block0_depthwise_dw",)),
    Step("block1_expand", "block1_expand_bn", False),
    Step("block1", "block1_project_bn", True, ("block1_depthwise_dw",)),
    Step("block3_expand", "block3_expand_bn", False),
    Step("block3", "block3_project_bn", True, ("block3_depthwise_dw",)),
    Step("block4_expand", "block4_expand_bn", False),
    Step("block4", "block4_add", True, ("block4_depthwise_dw", 40), copies=2),
    Step("attention40", "attention40_add", True, ("attention40_spatial_dw", 40)),
    Step("block5_expand", "block5_expand_bn", False),
    Step("block5", "block5_project_bn", True, ("block5_depthwise_dw",)),
    Step("block6_expand", "block6_expand_bn", False),
    Step("block6", "block6_add", True, ("block6_depthwise_dw", 80), copies=2),
    Step("attention80", "attention80_add", True, ("attention80_spatial_dw", 80)),
    Step("block8_expand", "block8_expand_bn", False),
    Step("block8", "block8_project_bn", True, ("block8_depthwise_dw",)),
    Step("ghost112_primary", "ghost112_ghost_primary_bn", False, copies=2),
    Step("ghost112", "ghost112_add", True, (112, "ghost112_ghost_cheap_dw", 112), copies=2),
    Step("attention112", "excitation_add", True, ("attention112_spatial_dw", 112)),
    Step("head_features", "head_features_bn", False, ("head_mix_dw",)),
)
"""Attention's last step aims behind the squeeze and excitation, which has no layer of its own."""


def inherit(model: keras.Model, ancestor: keras.Model, photos: np.ndarray) -> None:
    """Fills every layer of a sequential network from a trained `qana`.

    Args:
        model: of `qana_sequential`; changed in place.
        ancestor: of `qana`, whole, trained.
        photos: (N, S, S, 3) uint8, at the input size of both; some hundred training photos.
    """
    _stem(model, ancestor)
    random = np.random.default_rng(0)
    for step in STEPS:
        _solve(model, ancestor, photos, step, random)
    _average(model, ancestor, photos)


def _stem(model: keras.Model, ancestor: keras.Model) -> None:
    """Kernels as they are; the offset of pixels, which only the ancestor has, is in the mean."""
    (kernel,) = ancestor.get_layer("stem_conv").get_weights()
    gamma, beta, mean, variance = ancestor.get_layer("stem_bn").get_weights()
    offset = ancestor.get_layer("rescale").offset
    model.get_layer("stem_conv").set_weights([kernel])
    shifted = mean - offset * kernel.sum(axis=(0, 1, 2))
    model.get_layer("stem_bn").set_weights([gamma, beta, shifted, variance])


def _solve(
    model: keras.Model,
    ancestor: keras.Model,
    photos: np.ndarray,
    step: Step,
    random: np.random.Generator,
) -> None:
    kind = "sep" if step.taps else "conv"
    layer = model.get_layer(f"{step.layer}_{kind}")
    wanted = outputs(ancestor, ancestor.get_layer(step.target).output, photos)
    kept = random.permutation(wanted[..., 0].size)[:ROWS]
    target = wanted.reshape(-1, wanted.shape[-1])[kept]
    if step.signed:
        deviation = target.std(axis=0) + EPSILON
        target = BOUND / 2 + (target - target.mean(axis=0)) * (BOUND / 2 / SPREAD / deviation)
    target = np.tile(target, step.copies)
    seen = layer.input
    if step.taps:
        kernel = _depthwise(ancestor, step.taps, layer.kernel_size[0])
        strides = (1, *layer.strides, 1)
        seen = _apply(lambda x: tf.nn.depthwise_conv2d(x, kernel, strides, "SAME"), seen)
    read = outputs(model, seen, photos)
    read = read.reshape(-1, read.shape[-1])[kept]
    carried = layer.filters - target.shape[1]
    if carried:  # the block's input, passed on past it
        target = np.concatenate([target, read[:, :carried]], axis=1)
    weights, offset = ridge(read, target)
    parts = [kernel] if step.taps else []
    layer.set_weights([*parts, weights[None, None].astype(np.float32)])
    normalize(model.get_layer(f"{step.layer}_bn"), read @ weights, offset)


def _average(model: keras.Model, ancestor: keras.Model, photos: np.ndarray) -> None:
    """The head: each averaged feature is stretched over the range, and the last layer undoes it."""
    convolution = model.get_layer("head_average_conv")
    convolution.set_weights([np.eye(convolution.filters, dtype=np.float32)[None, None]])
    means = outputs(model, model.get_layer("head_average").output, photos)
    stretch = BOUND / (np.quantile(means, 0.99, axis=0) + EPSILON)
    layer = model.get_layer("head_average_bn")
    mean, variance = means.mean(axis=0), means.var(axis=0)
    layer.set_weights([stretch * np.sqrt(variance + EPSILON), stretch * mean, mean, variance])
    kernel, bias = ancestor.get_layer("logits").get_weights()
    model.get_layer("logits").set_weights([kernel / stretch[:, None], bias])


def _depthwise(ancestor: keras.Model, taps: Sequence[str | int], side: int) -> np.ndarray:
    """(side, side, C, 1) float32: kernels of the ancestor, or a one in the middle to pass on."""
    parts = []
    for tap in taps:
        if isinstance(tap, int):
            part = np.zeros((side, side, tap, 1), np.float32)
            part[side // 2, side // 2] = 1
        else:
            (part,) = ancestor.get_layer(tap).get_weights()
            edge = (len(part) - side) // 2  # of a 5x5 kernel, a 3x3 layer gets the middle
            part = part[edge : edge + side, edge : edge + side]
        parts.append(part)
    return np.concatenate(parts, axis=2)


def _apply(function: Callable[[tf.Tensor], tf.Tensor], x: tf.Tensor) -> tf.Tensor:
    return keras.layers.Lambda(function)(x)
