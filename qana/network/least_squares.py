"""Layers of a Keras network solved for in the least squares, on what they really read."""

import numpy as np
import tensorflow as tf
import tf_keras as keras

RIDGE = 1e-2
"""Penalty on the weights, as a share of the mean variance of what they read: large weights of
opposite sign that cancel have no place in a few bits."""
BATCH = 64
EPSILON = 1e-3
"""Of Keras's batch normalization."""


def outputs(model: keras.Model, tensor: tf.Tensor, photos: np.ndarray) -> np.ndarray:
    """What a tensor within a network is.

    Args:
        model: whole.
        tensor: of it.
        photos: (N, S, S, 3) uint8.

    Returns:
        (N, H, W, C) float32.
    """
    part = keras.Model(model.inputs, tensor)
    return np.concatenate(
        [
            part(photos[start : start + BATCH].astype(np.float32), training=False).numpy()
            for start in range(0, len(photos), BATCH)
        ]
    )


def gram(read: np.ndarray) -> np.ndarray:
    """(C, C) float64 of what a layer reads, (M, C), about its mean, with the penalty of `RIDGE`."""
    x = read - read.mean(axis=0, dtype=np.float64)
    found = x.T @ x
    found[np.diag_indices_from(found)] += RIDGE * np.trace(found) / len(found)
    return found


def ridge(read: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (C, K) and offset (K,) with which (M, C) gives (M, K) in the least squares."""
    centre, aim = read.mean(axis=0, dtype=np.float64), target.mean(axis=0, dtype=np.float64)
    weights = np.linalg.solve(gram(read), (read - centre).T @ (target - aim))
    return weights, aim - centre @ weights


def normalize(layer: keras.layers.BatchNormalization, sums: np.ndarray, offset: np.ndarray) -> None:
    """Sets a normalization so that `sums` (M, K) leave it with `offset` (K,) added."""
    mean, variance = sums.mean(axis=0), sums.var(axis=0)
    gamma = np.sqrt(variance + EPSILON)
    layer.set_weights([gamma, mean + offset, mean, variance])
