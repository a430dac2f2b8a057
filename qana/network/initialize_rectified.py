"""Computes the first weights of a rectified network from a trained one without these ReLUs.

A ReLU after a signed output would remove its negative half. So each such output is first raised by
a multiple of its standard deviation, and the ReLU removes next to nothing. The layers behind it
compute from the raised values what they computed before, because their batch normalizations
subtract the new mean.
"""

import numpy as np
import tf_keras as keras

from qana.network.least_squares import compute_outputs

RAISE = 1.0
"""Number of standard deviations that a signed output is raised by."""


def initialize_rectified(model: keras.Model, signed: keras.Model, photos: np.ndarray) -> None:
    """Sets the weights of a rectified `qana` in place.

    Args:
        model: float network of the architecture `qana` with `rectified`.
        signed: trained float network with the same options, without `rectified`.
        photos: (N, S, S, 3) uint8 training photos, which give the standard deviations and means.
    """
    model.set_weights(signed.get_weights())
    known = {layer.name for layer in signed.layers}
    added = {
        layer.inbound_nodes[0].parent_nodes[0].layer.name
        for layer in model.layers
        if isinstance(layer, keras.layers.ReLU) and layer.name not in known
    }
    for layer in model.layers:
        if not isinstance(layer, keras.layers.BatchNormalization):
            continue
        gamma, beta, mean, variance = layer.get_weights()
        old = compute_outputs(signed, signed.get_layer(layer.name).input, photos)
        new = compute_outputs(model, layer.input, photos)
        mean = mean + new.mean((0, 1, 2)) - old.mean((0, 1, 2))
        if layer.name in added:
            normalized = (old - old.mean((0, 1, 2))) * gamma / np.sqrt(variance + layer.epsilon)
            beta = beta + RAISE * normalized.std((0, 1, 2))
        layer.set_weights([gamma, beta, mean, variance])
