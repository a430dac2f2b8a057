"""Computes a penalty on activations that are not zero, so that a network sends fewer events.

On Akida an event is an activation that is not zero. Their number has no gradient. The Hoyer-square
measure (|x|_1 / |x|_2)^2 has one, and for a map with k equal activations and zeros elsewhere it is
k (Yang et al., "DeepHoyer", ICLR 2020). It does not change with the scale of a map, so it removes
small activations and keeps large ones.
"""

import tensorflow as tf
import tf_keras as keras

EPSILON = 1e-6
"""Smallest sum of squares, so that a silent map is not divided by 0."""


def find_event_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Finds the layers of a float network that send events on Akida.

    These are each ReLU, each sum, and each batch normalization without a ReLU. A chip computes a
    convolution, its normalization and its ReLU as one layer.

    Args:
        model: float Keras network.

    Returns:
        The layers in network order.
    """
    bounded = {
        node.layer.name
        for layer in model.layers
        if isinstance(layer, keras.layers.ReLU)
        for node in layer.inbound_nodes[0].parent_nodes
    }
    kinds = (keras.layers.ReLU, keras.layers.Add, keras.layers.BatchNormalization)
    return [one for one in model.layers if isinstance(one, kinds) and one.name not in bounded]


def compute_active_share(maps: list[tf.Tensor]) -> tf.Tensor:
    """Computes a differentiable measure of the share of activations that are not zero.

    It is taken over the whole batch. So the network may give plain skin no event as long as a
    lesion in the same batch has some.

    Args:
        maps: outputs of layers, each (B, H, W, C) float32.

    Returns:
        () float32, above 0 and at most 1: the mean of the maps, weighted by their sizes.
    """
    total, places = tf.constant(0.0), 0
    for one in maps:
        size = one.shape[1] * one.shape[2] * one.shape[3]
        ones, squares = tf.reduce_sum(tf.abs(one)), tf.reduce_sum(tf.square(one))
        batch = tf.cast(tf.shape(one)[0], tf.float32)
        total += tf.square(ones) / (squares + EPSILON) / batch
        places += size
    return total / places


def compute_activity(maps: list[tf.Tensor]) -> tf.Tensor:
    """Computes how strongly each picture of a batch activates the network.

    Its gradient pushes all activations of a picture towards zero, the small ones as strongly as the
    large ones. The scale of each map is that of the whole batch and has no gradient. So the network
    cannot lower the activity by scaling a map.

    Args:
        maps: outputs of layers, each (B, H, W, C) float32.

    Returns:
        (B,) float32, 0 or more: the mean of |x| / (root mean square of the map) over all places.
    """
    total, places = tf.constant(0.0), 0
    for one in maps:
        scale = tf.stop_gradient(tf.sqrt(tf.reduce_mean(tf.square(one)) + EPSILON))
        total += tf.reduce_sum(tf.abs(one), axis=(1, 2, 3)) / scale
        places += one.shape[1] * one.shape[2] * one.shape[3]
    return total / places
