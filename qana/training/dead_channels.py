"""Depthwise channels that never see anything, silenced before conversion.

Where an input channel is always 0, weight decay takes the depthwise kernel behind it to 0, and the
channel gives its bias at every place. Where that is small, its integers differ between Akida and
Keras, and all logits with them.
"""

import numpy as np
import tf_keras as keras


def fold_dead_channels(model: keras.Model) -> int:
    """Gives what dead channels always say to the bias of the convolution that reads them.

    Args:
        model: quantized Keras network; changed in place, but for rounding still the same function.

    Returns:
        How many channels are silent now.
    """
    silenced = 0
    for layer in model.layers:
        if type(layer).__name__ != "QuantizedDepthwiseConv2D" or not layer.use_bias:
            continue
        kernel, bias = layer.depthwise_kernel.numpy(), layer.bias.numpy()
        dead = ~kernel.any(axis=(0, 1, 3)) & (bias != 0)
        if not dead.any():
            continue
        reader = _find_next_convolution(layer)
        said = np.where(dead, np.maximum(bias, 0), 0)
        # Where ghost features are concatenated, the depthwise ones come last.
        weights = reader.kernel.numpy()[:, :, -len(bias) :]
        reader.bias.assign_add(np.einsum("c,hwck->k", said, weights))
        layer.bias.assign(np.where(dead, 0, bias))
        silenced += int(dead.sum())
    return silenced


def _find_next_convolution(layer: keras.layers.Layer) -> keras.layers.Layer:
    """The 1x1 convolution that reads a depthwise one, behind its activation."""
    while type(layer).__name__ != "QuantizedConv2D":
        layer = layer.outbound_nodes[0].outbound_layer
    return layer
