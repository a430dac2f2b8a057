"""Biases that lie in the middle of two whole numbers, moved off it.

A bias is divided by its step in float32 and rounded. Keras does so whenever it runs, the conversion
once and in another order, and in the middle of two whole numbers the last bit decides: the whole
channel is then off by one on Akida. Seldom, but a network has thousands of biases.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import tensorflow as tf
import tf_keras as keras
from quantizeml.layers.quantizers import AlignedWeightQuantizer
from quantizeml.tensors import QFloat

NUDGE = 1e-5
"""Relative: a hundred times float32's last bit, a thousandth of the step of an 8-bit bias."""


def resolve_bias_ties(model: keras.Model, photo: np.ndarray) -> int:
    """Moves such biases, in place, by `NUDGE` towards the whole number that Keras takes.

    Args:
        model: quantized network; all its integers stay what they are.
        photo: (S, S, 3) uint8, any: the step of a bias is known when the network runs.

    Returns:
        How many biases were moved.
    """
    with _record_integers() as integers:
        model(tf.constant(photo[None], tf.float32), training=False)
    moved = 0
    for layer in model.layers:
        quantizer = getattr(layer, "bias_quantizer", None)
        if id(quantizer) not in integers:
            continue
        lower, here, higher = integers[id(quantizer)]
        bias = layer.bias.numpy()
        at_middle = lower != higher
        nudged = bias * np.where(higher == here, 1 + NUDGE, 1 - NUDGE)
        layer.bias.assign(np.where(at_middle, nudged, bias).astype(bias.dtype))
        moved += int(at_middle.sum())
    return moved


@contextmanager
def _record_integers() -> Iterator[dict[int, list[np.ndarray]]]:
    """By a quantizer's identity, the integers of biases a bit less, as they are, and a bit more."""
    integers: dict[int, list[np.ndarray]] = {}
    quantize = AlignedWeightQuantizer.call

    def watch(self: AlignedWeightQuantizer, bias: tf.Tensor, other: QFloat) -> QFloat:
        integers[id(self)] = [
            quantize(self, bias * factor, other).fp.values.numpy()
            for factor in (1 - NUDGE, 1.0, 1 + NUDGE)
        ]
        return quantize(self, bias, other)

    AlignedWeightQuantizer.call = watch
    try:
        yield integers
    finally:
        AlignedWeightQuantizer.call = quantize
