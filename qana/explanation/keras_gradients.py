"""Computes activations and gradients of a Keras network, float or quantized.

The layers of a quantized network return integers with a scale (QFloat, FixedPoint), and a Keras
sub-model cannot start at such a layer. Activations and gradients are therefore computed in one pass
of the whole network. The gradient of rounding is 1 (straight-through estimator), as quantizeml
defines it for training.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras as keras

from qana.errors import ExplanationError


class KerasNetwork:
    """A Keras network, with the activations and gradients of some of its layers.

    Attributes:
        layers: names of these layers.
    """

    def __init__(self, model: keras.Model, layers: Sequence[str]) -> None:
        """Prepares the network. The first call of each method builds a graph, which takes seconds.

        Args:
            model: float or quantized network, (N, S, S, 3) to (N, 7) logits.
            layers: names of layers that return (N, H, W, C).

        Raises:
            ExplanationError: a layer does not exist or does not return (N, H, W, C).
        """
        known = {layer.name: layer for layer in model.layers}
        for name in layers:
            if name not in known or len(known[name].output_shape) != 4:
                raise ExplanationError(
                    f"The network has no layer '{name}' that gives a map: choose another layer."
                )
        self.layers = tuple(layers)
        self._whole = keras.Model(
            model.inputs, [*(known[name].output for name in layers), model.output]
        )
        self._dtype = model.inputs[0].dtype
        self._run = tf.function(model, reduce_retracing=True)
        self._differentiate = tf.function(self._values_and_gradients, reduce_retracing=True)

    def compute_logits(self, inputs: np.ndarray) -> np.ndarray:
        """Computes the logits.

        Args:
            inputs: (N, S, S, 3), 0 to 255.

        Returns:
            (N, 7) logits, of the dtype of the network.
        """
        return self._run(tf.constant(inputs, self._dtype)).numpy()

    def compute_gradients(
        self, inputs: np.ndarray, weights: np.ndarray
    ) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Computes the activations of the layers and the gradients of a weighted sum of logits.

        Args:
            inputs: (N, S, S, 3), 0 to 255.
            weights: (N, 7) weights of the logits, one-hot for a single class.

        Returns:
            Layer name to (activations, gradients), each (N, H, W, C) of the dtype of the network.
            Integers of a quantized layer are converted to the floats that they represent.
        """
        found = self._differentiate(
            tf.constant(inputs, self._dtype), tf.constant(weights, self._dtype)
        )
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
        tensors = [_unwrap(output) for output in outputs]
        gradients = tape.gradient(total, tensors)
        scales = [_read_scale(output) for output in outputs]
        return [
            (values * scale, gradient / scale)
            for values, gradient, scale in zip(tensors, gradients, scales, strict=True)
        ]


def _unwrap(output: Any) -> tf.Tensor:
    """Returns the tensor in a layer's output: the integers of a QFloat or FixedPoint."""
    output = getattr(output, "fp", output)
    return getattr(output, "values", output)


def _read_scale(output: Any) -> Any:
    """Returns the value of integer 1 in a layer's output; 1.0 for a float output."""
    point = getattr(output, "fp", output)
    if not hasattr(point, "frac_bits"):
        return 1.0
    return getattr(output, "scales", 1.0) * tf.pow(2.0, -point.frac_bits)
