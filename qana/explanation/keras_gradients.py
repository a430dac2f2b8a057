"""A Keras network, float or quantized, asked for its layers' values and for their gradients.

A quantized layer gives integers with a scale (QFloat, FixedPoint), and a sub-model cannot begin at
such a layer, so values and gradients come from one run of the whole network. The gradient of the
rounding is taken as 1 (straight-through), as quantizeml defines it for training.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras as keras

from qana.errors import ExplanationError


class KerasNetwork:
    """A network and those of its layers that can be explained."""

    def __init__(self, model: keras.Model, layers: Sequence[str]) -> None:
        """Builds no graph yet: the first call of each kind does, which takes seconds.

        Args:
            model: float or quantized, (N, S, S, 3) to (N, 7) logits.
            layers: names of layers that give (N, H, W, C).

        Raises:
            ExplanationError: a layer is missing or gives no map.
        """
        known = {layer.name: layer for layer in model.layers}
        for name in layers:
            if name not in known or len(known[name].output_shape) != 4:
                raise ExplanationError(f"The network has no layer '{name}' that gives a map.")
        self.layers = tuple(layers)
        self._whole = keras.Model(
            model.inputs, [*(known[name].output for name in layers), model.output]
        )
        self._dtype = model.inputs[0].dtype
        self._run = tf.function(model, reduce_retracing=True)
        self._pull = tf.function(self._values_and_gradients, reduce_retracing=True)

    def logits(self, inputs: np.ndarray) -> np.ndarray:
        """(N, S, S, 3), 0 to 255, to (N, 7) logits of the network's own dtype."""
        return self._run(tf.constant(inputs, self._dtype)).numpy()

    def gradients(
        self, inputs: np.ndarray, weights: np.ndarray
    ) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Values of the layers, and the gradient of a weighted sum of logits by them.

        Args:
            inputs: (N, S, S, 3), 0 to 255.
            weights: (N, 7), of the logits in the sum; one-hot for one class.

        Returns:
            layer name to (values, gradients), each (N, H, W, C) of the network's dtype, in the
            float units that the integers of a quantized layer stand for.
        """
        found = self._pull(tf.constant(inputs, self._dtype), tf.constant(weights, self._dtype))
        return {
            name: (values.numpy(), gradients.numpy())
            for name, (values, gradients) in zip(self.layers, found, strict=True)
        }

    def _values_and_gradients(
        self, inputs: tf.Tensor, weights: tf.Tensor
    ) -> list[tuple[tf.Tensor, tf.Tensor]]:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            *outputs, logits = self._whole(inputs)
            total = tf.reduce_sum(logits * weights)
        carried = [_carried(output) for output in outputs]
        gradients = tape.gradient(total, carried)
        steps = [_step(output) for output in outputs]
        return [
            (values * step, gradient / step)
            for values, gradient, step in zip(carried, gradients, steps, strict=True)
        ]


def _carried(output: Any) -> tf.Tensor:
    """The tensor that the gradient flows through: a QFloat's or FixedPoint's integers."""
    output = getattr(output, "fp", output)
    return getattr(output, "values", output)


def _step(output: Any) -> Any:
    """What one of these integers is worth."""
    point = getattr(output, "fp", output)
    if not hasattr(point, "frac_bits"):
        return 1.0
    return getattr(output, "scales", 1.0) * tf.pow(2.0, -point.frac_bits)
