"""A network of few bits, solved for layer by layer before it is tuned.

Quantization after training rounds each weight to its nearest level and lets the errors grow from
layer to layer: at 4 bits nothing is left of the network. Here each layer is solved with what it
will really read, the coarse maps of the layers before it: first without levels, in the least
squares, for what the float network has at that place, then level by level, see `levels`. So an
error that one layer leaves, the next one sees and corrects.
"""

from collections.abc import Iterator

import numpy as np
import tensorflow as tf
import tf_keras as keras
from quantizeml.tensors import QTensor
from tqdm import tqdm

from qana.training.gptq import round_depthwise_kernel, round_weights

POSITIONS = 40_000
"""Places of a map that a layer is solved on, about."""
BATCH = 64
RIDGE = 1e-2
"""Penalty on leaving the weights of the float network, as a share of the mean variance of what
they read."""
BYTE = 8
"""Layers of that many bits are left as they are: rounding to the nearest level serves them."""


def solve_rounding(quantized: keras.Model, network: keras.Model, photos: np.ndarray) -> None:
    """Gives each layer of fewer than 8 bits the weights that serve it best.

    Args:
        quantized: one layer after the other, from `quantize_network`; changed in place.
        network: the float network that it came from.
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
    """Of its weights; 8 for what has none."""
    for name in ("pw_weight_quantizer", "weight_quantizer"):
        if hasattr(layer, name) and layer.get_weights():
            return getattr(layer, name).bitwidth
    return BYTE


def _compute_targets(network: keras.Model, name: str, photos: np.ndarray) -> Iterator[np.ndarray]:
    """Batches of what the layer gives in the float network, its normalization included."""
    layer = network.get_layer(name)
    factor, offset = np.float32(1), np.float32(0)
    normalization = f"{name.rsplit('_', 1)[0]}_bn"
    if any(other.name == normalization for other in network.layers):  # the last layer has none
        normalized = network.get_layer(normalization)
        gamma, beta, mean, variance = normalized.get_weights()
        factor = gamma / np.sqrt(variance + normalized.epsilon)
        offset = beta - mean * factor
    part = keras.Model(network.inputs, layer.output)
    for start in range(0, len(photos), BATCH):
        shown = photos[start : start + BATCH].astype(np.float32)
        yield part(shown, training=False).numpy() * factor + offset


def _solve_layer(
    layer: keras.layers.Layer, maps: list[QTensor], aims: Iterator[np.ndarray]
) -> None:
    """Sets the layer's weights and bias; its 1x1 part undoes the stretch of the depthwise one."""
    top = 2 ** (_read_bits(layer) - 1) - 1
    *parts, kernel, _ = layer.get_weights()
    weights = kernel.reshape(-1, kernel.shape[-1]).astype(np.float64)
    taps = None
    if parts:
        taps, stretch = round_depthwise_kernel(parts[0], top)
        parts, weights = [taps], weights / stretch[:, None]
    random = np.random.default_rng(0)
    rows, wanted = [], []
    for one, aim in zip(maps, aims, strict=True):
        read = one.to_float()
        if taps is not None:
            read = tf.nn.depthwise_conv2d(read, taps, (1, *layer.strides, 1), "SAME")
        kept = random.permutation(aim[..., 0].size)[: POSITIONS // len(maps) + 1]
        rows.append(read.numpy().reshape(-1, read.shape[-1])[kept])
        wanted.append(aim.reshape(-1, aim.shape[-1])[kept])
    x, y = np.concatenate(rows).astype(np.float64), np.concatenate(wanted).astype(np.float64)
    centre, aim = x.mean(axis=0), y.mean(axis=0)
    x, y = x - centre, y - aim
    gram = x.T @ x / len(x)
    gram[np.diag_indices_from(gram)] += RIDGE * np.trace(gram) / len(gram)
    weights += np.linalg.solve(gram, x.T @ (y - x @ weights) / len(x))
    weights = round_weights(weights, gram, top)
    bias = aim - centre @ weights
    layer.set_weights(
        [*parts, weights.reshape(kernel.shape).astype(np.float32), bias.astype(np.float32)]
    )
