"""Folds dead depthwise channels into the next convolution before the conversion.

If an input channel is always 0, weight decay moves its depthwise kernel to 0, and the channel gives
its bias at every position. If that bias is small, Akida and Keras round it to different integers,
and all logits differ.
"""

import numpy as np
import tf_keras as keras


def fold_dead_channels(model: keras.Model) -> int:
    """Moves the constant output of dead channels into the bias of the next convolution.

    Args:
        model: quantized Keras network, changed in place. Its function stays the same except for
            rounding.

    Returns:
        The number of channels that were folded.
    """
    folded = 0
    for layer in model.layers:
        if type(layer).__name__ != "QuantizedDepthwiseConv2D" or not layer.use_bias:
            continue
        kernel, bias = layer.depthwise_kernel.numpy(), layer.bias.numpy()
        dead = ~kernel.any(axis=(0, 1, 3)) & (bias != 0)
        if not dead.any():
            continue
        following = _find_next_convolution(layer)
        constant = np.where(dead, np.maximum(bias, 0), 0)
        # Where ghost features are concatenated, the depthwise channels come last.
        weights = following.kernel.numpy()[:, :, -len(bias) :]
        following.bias.assign_add(np.einsum("c,hwck->k", constant, weights))
        layer.bias.assign(np.where(dead, 0, bias))
        folded += int(dead.sum())
    return folded


def _find_next_convolution(layer: keras.layers.Layer) -> keras.layers.Layer:
    """Finds the 1x1 convolution that reads a depthwise layer after its activation."""
    while type(layer).__name__ != "QuantizedConv2D":
        layer = layer.outbound_nodes[0].outbound_layer
    return layer
