"""Trains a float network on targets while a penalty lowers its events, above all on plain skin."""

import tensorflow as tf
import tf_keras as keras

from qana.classes import LABELS
from qana.training.activation_penalty import find_event_layers, measure_activity
from qana.training.keras_fit import Loss
from qana.training.recipe import SKIN_FACTOR


def build_penalized_model(model: keras.Model) -> keras.Model:
    """Builds a network that gives the logits of `model` and measures of its activity.

    Fitting it with `make_penalized_loss` trains `model` in place.

    Args:
        model: (B, S, S, 3) to (B, 7) logits, float.

    Returns:
        (B, S, S, 3) to (B, 9) float32: the logits, the share of active places of the whole batch,
        and the activity of each picture, see `qana.training.activation_penalty`.
    """
    image = keras.Input(model.input_shape[1:])
    events = [layer.output for layer in find_event_layers(model)]
    *active, logits = keras.Model(model.inputs, [*events, model.output])(image)
    measure = keras.layers.Lambda(measure_activity, name="activity")
    join = keras.layers.Lambda(_join, name="logits_and_activity")
    return keras.Model(image, join([logits, *measure(active)]))


def make_penalized_loss(penalty: float) -> Loss:
    """Makes the loss for `build_penalized_model`.

    Args:
        penalty: factor of the share of active places.

    Returns:
        Function of (B, 7) targets and (B, 9) outputs that gives (B,) float32. Targets that sum to 1
        are those of a lesion: the loss is the cross-entropy and the penalty. Targets that are all 0
        are those of plain skin: the loss is its activity and the penalty.
    """

    def compute_loss(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        logits, share, activity = (
            outputs[:, : len(LABELS)],
            outputs[:, len(LABELS)],
            outputs[:, len(LABELS) + 1],
        )
        is_lesion = tf.reduce_sum(targets, axis=1)
        answer = tf.nn.softmax_cross_entropy_with_logits(targets, logits)  # 0 for plain skin
        silence = (1 - is_lesion) * SKIN_FACTOR * activity
        return answer + penalty * (share + silence)

    return compute_loss


def _join(parts: list[tf.Tensor]) -> tf.Tensor:
    logits, share, activity = parts
    return tf.concat([logits, share[:, None], activity[:, None]], axis=1)
