"""Solves for the weights of a Keras layer by least squares, on the inputs that it really gets."""

import numpy as np
import tensorflow as tf
import tf_keras as keras

RIDGE = 1e-2
"""Penalty on the weights, relative to the mean variance of the inputs. Without it, large weights of
opposite sign could cancel each other, and a few bits cannot represent them."""
BATCH_SIZE = 64
EPSILON = 1e-3
"""Epsilon of Keras's batch normalization."""


def compute_outputs(model: keras.Model, tensor: tf.Tensor, photos: np.ndarray) -> np.ndarray:
    """Computes a tensor inside a network for photos.

    Args:
        model: Keras model.
        tensor: symbolic tensor of the model, such as the output of a layer.
        photos: (N, S, S, 3) uint8, 0 to 255.

    Returns:
        (N, H, W, C) float32.
    """
    part = keras.Model(model.inputs, tensor)
    return np.concatenate(
        [
            part(photos[start : start + BATCH_SIZE].astype(np.float32), training=False).numpy()
            for start in range(0, len(photos), BATCH_SIZE)
        ]
    )


def compute_gram(inputs: np.ndarray) -> np.ndarray:
    """Computes the Gram matrix of a layer's centred inputs, with the penalty `RIDGE`.

    Args:
        inputs: (M, C) inputs of the layer at M pixels.

    Returns:
        (C, C) float64.
    """
    centred = inputs - inputs.mean(axis=0, dtype=np.float64)
    matrix = centred.T @ centred
    matrix[np.diag_indices_from(matrix)] += RIDGE * np.trace(matrix) / len(matrix)
    return matrix


def fit_ridge(inputs: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fits a linear layer by ridge regression.

    Args:
        inputs: (M, C) inputs of the layer at M pixels.
        targets: (M, K) outputs that it should give.

    Returns:
        Weights (C, K) and bias (K,), float64.
    """
    centre, aim = inputs.mean(axis=0, dtype=np.float64), targets.mean(axis=0, dtype=np.float64)
    weights = np.linalg.solve(compute_gram(inputs), (inputs - centre).T @ (targets - aim))
    return weights, aim - centre @ weights


def set_normalization(
    layer: keras.layers.BatchNormalization, sums: np.ndarray, bias: np.ndarray
) -> None:
    """Sets a batch normalization so that it adds a bias and changes nothing else.

    Its mean and variance are those of its inputs, as after training.

    Args:
        layer: Keras layer, changed in place.
        sums: (M, K) inputs of the layer.
        bias: (K,) numbers to add.
    """
    mean, variance = sums.mean(axis=0), sums.var(axis=0)
    gamma = np.sqrt(variance + EPSILON)
    layer.set_weights([gamma, mean + bias, mean, variance])
