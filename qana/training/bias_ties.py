"""Moves biases away from the middle between two integers.

A bias is divided by its step in float32 and rounded. Keras does this on every run. The conversion
does it once, in another order of operations. In the middle between two integers the last bit of the
quotient decides, and then a whole channel is off by one on Akida. This is rare, but a network has
thousands of biases.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import tensorflow as tf
import tf_keras as keras
from quantizeml.layers.quantizers import AlignedWeightQuantizer
from quantizeml.tensors import QFloat

NUDGE = 1e-5
"""Relative change of a bias: a hundred times the last bit of float32, and a thousandth of the step
of an 8-bit bias."""


def resolve_bias_ties(model: keras.Model, photo: np.ndarray) -> int:
    """Moves each bias at a tie by `NUDGE` towards the integer that Keras rounds it to.

    Args:
        model: quantized network, changed in place. All its integers stay the same.
        photo: (S, S, 3) uint8, any photo. The network must run once, since the step of a bias is
            known only then.

    Returns:
        The number of biases that were moved.
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
        at_tie = lower != higher
        nudged = bias * np.where(higher == here, 1 + NUDGE, 1 - NUDGE)
        layer.bias.assign(np.where(at_tie, nudged, bias).astype(bias.dtype))
        moved += int(at_tie.sum())
    return moved


@contextmanager
def _record_integers() -> Iterator[dict[int, list[np.ndarray]]]:
    """Records the integers of all biases, for each bias slightly smaller, unchanged and larger.

    Yields:
        `id` of a bias quantizer to its three integer arrays.
    """
    integers: dict[int, list[np.ndarray]] = {}
    quantize = AlignedWeightQuantizer.call

    def record(self: AlignedWeightQuantizer, bias: tf.Tensor, other: QFloat) -> QFloat:
        integers[id(self)] = [
            quantize(self, bias * factor, other).fp.values.numpy()
            for factor in (1 - NUDGE, 1.0, 1 + NUDGE)
        ]
        return quantize(self, bias, other)

    AlignedWeightQuantizer.call = record
    try:
        yield integers
    finally:
        AlignedWeightQuantizer.call = quantize
