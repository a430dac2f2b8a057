"""Solves for the weights of a low-bit network, layer by layer, before it is tuned.

Post-training quantization rounds each weight to its nearest level, and errors grow from layer to
layer. With 4 bits the network then classifies no better than chance. This module solves each layer
on the quantized maps of the layers before it, so that each layer corrects the errors before it. A
least-squares fit to the output of the float network gives float weights, and `qana.training.gptq`
rounds them.
"""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf
import tf_keras as keras
from quantizeml.tensors import QTensor
from tqdm import tqdm

from qana.training.gptq import round_depthwise_kernel, round_weights

POSITIONS = 40_000
"""Approximate number of map positions that a layer is solved on."""
BATCH = 64
RIDGE = 1e-2
"""Penalty on a change of the float weights, as a share of the mean variance of the inputs."""
BYTE = 8
"""Layers with this many bits stay unchanged, since rounding to the nearest level is enough."""


def solve_rounding(quantized: keras.Model, network: keras.Model, photos: np.ndarray) -> None:
    """Solves for the weights of each layer with fewer than 8 bits.

    Args:
        quantized: sequential network from `quantize_network`, changed in place.
        network: the float network that it was quantized from.
        photos: (N, S, S, 3) uint8, some hundred training photos.
    """
    maps = [
        tf.constant(photos[start : start + BATCH], tf.float32)
        for start in range(0, len(photos), BATCH)
    ]
    for layer in tqdm(quantized.layers[1:], desc="rounding", unit="layer"):
        if _read_bits(layer) < BYTE:
            _solve_layer(layer, maps, _compute_targets(network, layer.name, photos))
        maps = [layer(one) for one in maps]


def _read_bits(layer: keras.layers.Layer) -> int:
    """Returns the bits of the weights of a layer, or 8 for a layer without weights."""
    for name in ("pw_weight_quantizer", "weight_quantizer"):
        if hasattr(layer, name) and layer.get_weights():
            return getattr(layer, name).bitwidth
    return BYTE


def _compute_targets(network: keras.Model, name: str, photos: np.ndarray) -> Iterator[np.ndarray]:
    """Yields batches of the normalized output of a layer in the float network."""
    layer = network.get_layer(name)
    factor, offset = np.float32(1), np.float32(0)
    normalization = f"{name.rsplit('_', 1)[0]}_bn"
    # The last layer has no normalization.
    if any(other.name == normalization for other in network.layers):
        normalized = network.get_layer(normalization)
        gamma, beta, mean, variance = normalized.get_weights()
        factor = gamma / np.sqrt(variance + normalized.epsilon)
        offset = beta - mean * factor
    part = keras.Model(network.inputs, layer.output)
    for start in range(0, len(photos), BATCH):
        batch = photos[start : start + BATCH].astype(np.float32)
        yield part(batch, training=False).numpy() * factor + offset


def _solve_layer(
    layer: keras.layers.Layer, maps: list[QTensor], targets: Iterator[np.ndarray]
) -> None:
    """Sets the weights and the bias of a layer.

    The 1x1 part of a separable layer undoes the stretch of its depthwise part.

    Args:
        layer: quantized, changed in place.
        maps: quantized batches (B, H, W, C) that the layer reads.
        targets: for each batch the output of the float network, (B, H, W, K).
    """
    top = 2 ** (_read_bits(layer) - 1) - 1
    *parts, kernel, _ = layer.get_weights()
    weights = kernel.reshape(-1, kernel.shape[-1]).astype(np.float64)
    depthwise = None
    if parts:
        depthwise, stretch = round_depthwise_kernel(parts[0], top)
        parts, weights = [depthwise], weights / stretch[:, None]
    random = np.random.default_rng(0)
    rows, wanted = [], []
    for one, target in zip(maps, targets, strict=True):
        read = one.to_float()
        if depthwise is not None:
            read = tf.nn.depthwise_conv2d(read, depthwise, (1, *layer.strides, 1), "SAME")
        kept = random.permutation(target[..., 0].size)[: POSITIONS // len(maps) + 1]
        rows.append(read.numpy().reshape(-1, read.shape[-1])[kept])
        wanted.append(target.reshape(-1, target.shape[-1])[kept])
    x, y = np.concatenate(rows).astype(np.float64), np.concatenate(wanted).astype(np.float64)
    x_mean, y_mean = x.mean(axis=0), y.mean(axis=0)
    x, y = x - x_mean, y - y_mean
    gram = x.T @ x / len(x)
    gram[np.diag_indices_from(gram)] += RIDGE * np.trace(gram) / len(gram)
    weights += np.linalg.solve(gram, x.T @ (y - x @ weights) / len(x))
    weights = round_weights(weights, gram, top)
    bias = y_mean - x_mean @ weights
    layer.set_weights(
        [*parts, weights.reshape(kernel.shape).astype(np.float32), bias.astype(np.float32)]
    )
