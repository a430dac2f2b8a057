"""Trains a network to give the logits of a teacher on augmented views.

Both networks read the same augmented and blended pictures. The loss compares their logits and uses
no label (Beyer et al., "Knowledge distillation: A good teacher is patient and consistent", CVPR
2022). Where both networks have a feature map of the same shape, the loss compares these maps too
(Romero et al., "FitNets", ICLR 2015), because logits guide the early layers only weakly.
"""

import numpy as np
import tensorflow as tf
import tf_keras as keras

from qana.network.least_squares import compute_outputs
from qana.training.activation_penalty import (
    compute_active_share,
    compute_activity,
    find_event_layers,
)
from qana.training.recipe import SKIN_FACTOR

COMPARED_LAYERS = (
    "block1_project_bn",
    "block3_project_bn",
    "attention40_add",
    "attention80_add",
    "excitation_add",
)
"""Layers of `qana` with compared maps: the ends of the blocks that differ, and of each scale."""
TEMPERATURE = 2.0
"""Divisor of the logits before they are compared. Small probabilities then count more."""
EPSILON = 1e-3
"""Smallest spread of a channel, so that no difference is divided by 0."""


def build_distillation_model(
    model: keras.Model,
    teacher: keras.Model,
    photos: np.ndarray,
    maps: tuple[str, ...] = COMPARED_LAYERS,
    penalty: float = 0.0,
) -> keras.Model:
    """Builds a network that gives the distance between `model` and its teacher.

    Fitting it with `select_loss` trains `model` in place.

    Args:
        model: (B, S, S, 3) to (B, 7) logits, float or quantized.
        teacher: float network with the same input and output. It becomes untrainable.
        photos: (N, S, S, 3) uint8. They give the standard deviation of each channel of a map.
        maps: names of layers that both networks have, with outputs to compare. Give none for a
            quantized network, because its maps are integers.
        penalty: factor of the share of active places, which is added to the distance, see
            `qana.training.activation_penalty`. For a float network.

    Returns:
        (B, S, S, 3) to (B, 2) float32, 0 or more: the loss of a lesion, and that of plain skin.
        Without a penalty, both are the distance. With a penalty, plain skin has no distance to the
        teacher. Its loss is its activity, so that the network gives it as few events as possible.
    """
    teacher.trainable = False
    image = keras.Input(model.input_shape[1:])
    events = [layer.output for layer in find_event_layers(model)] if penalty else []
    ours, theirs = (
        keras.Model(one.inputs, [one.get_layer(name).output for name in maps] + more + [one.output])
        for one, more in ((model, events), (teacher, []))
    )
    *our_maps, our_logits = _to_list(ours(image))
    *their_maps, their_logits = _to_list(theirs(image, training=False))
    our_maps, active = our_maps[: len(maps)], our_maps[len(maps) :]
    distance = keras.layers.Lambda(_compute_divergence, name="divergence")(
        [their_logits, our_logits]
    )
    for name, our_map, their_map in zip(maps, our_maps, their_maps, strict=True):
        outputs = compute_outputs(teacher, teacher.get_layer(name).output, photos)
        compare = keras.layers.Lambda(
            _compare_maps,
            arguments={"spread": outputs.std((0, 1, 2)) + EPSILON},
            name=f"distance_{name}",
        )
        distance = keras.layers.Add()([distance, compare([our_map, their_map])])
    both = [distance, distance]
    if penalty:
        measure = keras.layers.Lambda(_measure_activity, name="activity")
        share, activity = measure(active)
        both = [distance + penalty * share, penalty * (SKIN_FACTOR * activity + share)]
    return keras.Model(image, keras.layers.Lambda(_join, name="losses")(both))


def select_loss(targets: tf.Tensor, losses: tf.Tensor) -> tf.Tensor:
    """Selects the loss of each view from the output of `build_distillation_model`.

    Args:
        targets: (B, 7) float32. They sum to 1 for a lesion and are 0 for plain skin, see
            `qana.training.views`. Their classes are not used.
        losses: (B, 2) float32.

    Returns:
        (B,) float32.
    """
    is_lesion = tf.reduce_sum(targets, axis=1)
    return is_lesion * losses[:, 0] + (1 - is_lesion) * losses[:, 1]


def _join(losses: list[tf.Tensor]) -> tf.Tensor:
    return tf.stack(losses, axis=1)


def _measure_activity(maps: list[tf.Tensor]) -> list[tf.Tensor]:
    """Returns the share of active places, (B,) equal values, and the activity, (B,)."""
    activity = compute_activity(maps)
    return [tf.fill(tf.shape(activity), compute_active_share(maps)), activity]


def _to_list(outputs: tf.Tensor | list[tf.Tensor]) -> list[tf.Tensor]:
    """Returns a list, since Keras gives a single output without one."""
    return outputs if isinstance(outputs, list) else [outputs]


def _compute_divergence(logits: list[tf.Tensor]) -> tf.Tensor:
    """Computes the Kullback-Leibler divergence of softened probabilities.

    The factor TEMPERATURE ** 2 keeps the gradients at the size of those without a temperature
    (Hinton et al., arXiv 1503.02531).

    Args:
        logits: of the teacher and of the model, each (B, 7).

    Returns:
        (B,) float32.
    """
    theirs, ours = (tf.cast(one, tf.float32) / TEMPERATURE for one in logits)
    target = tf.nn.softmax(theirs)
    gap = tf.nn.log_softmax(theirs) - tf.nn.log_softmax(ours)
    return TEMPERATURE**2 * tf.reduce_sum(target * gap, axis=1)


def _compare_maps(maps: list[tf.Tensor], spread: np.ndarray) -> tf.Tensor:
    """Computes the mean squared difference of two maps, in units of the spread of each channel."""
    ours, theirs = maps
    return tf.reduce_mean(((ours - theirs) / spread) ** 2, axis=(1, 2, 3))
