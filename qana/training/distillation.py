"""Training a network to answer as another one does, on views without end.

The one that leads sees the very same pictures, turned and blended as they are, and its answer is
all that counts: no label (Beyer et al., "Knowledge distillation: A good teacher is patient and
consistent", CVPR 2022). Where both have a map of the same shape, the maps are to agree as well
(Romero et al., "FitNets", ICLR 2015): answers alone say little about the layers far before them.
"""

import numpy as np
import tensorflow as tf
import tf_keras as keras

from qana.network.least_squares import compute_outputs

COMPARED_LAYERS = (
    "block1_project_bn",
    "block3_project_bn",
    "attention40_add",
    "attention80_add",
    "excitation_add",
)
"""Layers of `qana` whose maps are compared: the ends of what differs, and of each scale."""
TEMPERATURE = 2.0
"""What logits are divided by before they are compared: small probabilities then count more."""
EPSILON = 1e-3


def build_distillation_model(
    model: keras.Model,
    leader: keras.Model,
    photos: np.ndarray,
    maps: tuple[str, ...] = COMPARED_LAYERS,
) -> keras.Model:
    """A network whose output is how far `model` is from `leader`: fitted with the loss
    `identity_loss`, it trains `model` in place.

    Args:
        model: (B, S, S, 3) to (B, 7) logits, float or quantized.
        leader: the same, float, of the same input; it is no longer trainable.
        photos: (N, S, S, 3) uint8, that the spread of a map's channels is taken from.
        maps: layers that both have, whose outputs are to agree; none of a quantized network, whose
            maps are integers.

    Returns:
        (B, S, S, 3) to (B,) float32, at least 0.
    """
    leader.trainable = False
    image = keras.Input(model.input_shape[1:])
    ours, theirs = (
        keras.Model(one.inputs, [one.get_layer(name).output for name in maps] + [one.output])
        for one in (model, leader)
    )
    *found, answer = _to_list(ours(image))
    *wanted, right = _to_list(theirs(image, training=False))
    difference = keras.layers.Lambda(_compute_divergence, name="divergence")([right, answer])
    for name, a, b in zip(maps, found, wanted, strict=True):
        spread = (
            compute_outputs(leader, leader.get_layer(name).output, photos).std((0, 1, 2)) + EPSILON
        )
        apart = keras.layers.Lambda(
            _compare_maps, arguments={"spread": spread}, name=f"apart_{name}"
        )
        difference = keras.layers.Add()([difference, apart([a, b])])
    return keras.Model(image, difference)


def identity_loss(_targets: tf.Tensor, distance: tf.Tensor) -> tf.Tensor:
    """The loss for what `build_distillation_model` gives."""
    return distance


def _to_list(outputs: tf.Tensor | list[tf.Tensor]) -> list[tf.Tensor]:
    return outputs if isinstance(outputs, list) else [outputs]


def _compute_divergence(both: list[tf.Tensor]) -> tf.Tensor:
    """Of Kullback and Leibler, on softened answers: its gradients are of the size of plain ones."""
    right, answer = (tf.cast(one, tf.float32) / TEMPERATURE for one in both)
    target = tf.nn.softmax(right)
    gap = tf.nn.log_softmax(right) - tf.nn.log_softmax(answer)
    return TEMPERATURE**2 * tf.reduce_sum(target * gap, axis=1)


def _compare_maps(both: list[tf.Tensor], spread: np.ndarray) -> tf.Tensor:
    a, b = both
    return tf.reduce_mean(((a - b) / spread) ** 2, axis=(1, 2, 3))
