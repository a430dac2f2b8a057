"""The spike generator: from a network's last feature map to spikes that a learning layer can read.

Akida learns on binary inputs only. The published network trains a layer for them; this one draws
it: each spike is one random weighing of the averaged features, and fires in the photos in which
that weighing is largest. Such codes keep which photos are alike (Charikar, "Similarity estimation
techniques from rounding algorithms", STOC 2002), and the draw knows no class. How much a feature
varies, and when a spike fires, is set on photos of all classes, without their names. The weights
are scaled by the first of the two and rounded to 4 bits; nothing of it needs TensorFlow.
"""

import akida
import numpy as np

SPIKE_LAYER = "spikes"
"""Name of the layer."""
LARGEST = 7
"""Of a 4-bit weight."""
REACH = 3.0
"""Deviations of the draw that reach the largest weight; beyond it is cut off."""
BATCH = 64


def remove_head(network: akida.Model) -> akida.Model:
    """A deployed network of Akida 1.0 without its head: up to its last feature map."""
    return akida.Model(network.layers[:-2])


def compute_feature_maps(front: akida.Model, photos: np.ndarray) -> np.ndarray:
    """(N, S, S, 3) uint8 photos to (N, H, W, C) uint8 integers of the last feature map."""
    parts = [front.forward(photos[at : at + BATCH]) for at in range(0, len(photos), BATCH)]
    return np.concatenate(parts)


def build_spike_generator(
    maps: np.ndarray, count: int, share: float, whitening: float, seed: int
) -> akida.Model:
    """Draws the layer and sets when each spike fires.

    Args:
        maps: (N, H, W, C) uint8 feature maps of training photos, 0 to 15.
        count: S, how many spikes.
        share: of the training photos in which a spike fires, 0 to 1.
        whitening: 0 weighs the features as they are, 1 makes all vary alike.
        seed: of the draw.

    Returns:
        Akida model of that one layer: (N, H, W, C) maps to (N, 1, 1, S) uint8, 0 or 1. It averages
        over the map in itself.
    """
    deviations = _sums(maps).std(axis=0)
    # A feature that hardly ever speaks must not be the loudest; one that never does says nothing.
    deviations = np.maximum(deviations, np.quantile(deviations[deviations > 0], 0.1))
    drawn = np.random.default_rng(seed).standard_normal((maps.shape[3], count))
    weights = drawn / deviations[:, None] ** whitening
    weights *= LARGEST / REACH / np.sqrt((weights**2).mean(axis=0))
    rounded = np.clip(np.rint(weights), -LARGEST, LARGEST).astype(np.int8)[None, None]
    potentials = _sums(maps) @ rounded[0, 0].astype(np.float64)
    model = akida.Model()
    model.add(akida.InputData(input_shape=maps.shape[1:], input_bits=4))
    model.add(_convolution(count))
    layer = model.get_layer(SPIKE_LAYER)
    layer.set_variable("weights", rounded)
    thresholds = np.quantile(potentials, 1 - share, axis=0, method="higher")
    layer.set_variable("threshold", thresholds.astype(np.int32))
    return model


def generate_spikes(generator: akida.Model, maps: np.ndarray) -> np.ndarray:
    """What the generator gives, to the bit, without the engine: it averages by adding up, so sums
    of the map weighed once do for all its places.

    Args:
        generator: from `build_spike_generator`.
        maps: (N, H, W, C) uint8.

    Returns:
        (N, 1, 1, S) uint8, 0 or 1.
    """
    layer = generator.get_layer(SPIKE_LAYER)
    potentials = _sums(maps) @ layer.get_variable("weights")[0, 0].astype(np.float64)
    fired = potentials > layer.get_variable("threshold")
    return fired.astype(np.uint8)[:, None, None]


def _sums(maps: np.ndarray) -> np.ndarray:
    """(N, C) whole numbers; float64 holds them, and what becomes of them, exactly, and is fast."""
    return maps.sum(axis=(1, 2), dtype=np.int64).astype(np.float64)


def append_spike_generator(front: akida.Model, generator: akida.Model) -> akida.Model:
    """The front with the generator's layer behind it: photos to spikes."""
    model = akida.Model(front.layers)
    drawn = generator.get_layer(SPIKE_LAYER)
    filters = drawn.get_variable("weights").shape[-1]
    model.add(_convolution(filters))
    for name in drawn.get_variable_names():
        model.get_layer(SPIKE_LAYER).set_variable(name, drawn.get_variable(name))
    return model


def _convolution(count: int) -> akida.Layer:
    return akida.Convolutional(
        kernel_size=(1, 1),
        filters=count,
        name=SPIKE_LAYER,
        weights_bits=4,
        pool_type=akida.PoolType.Average,
        activation=True,
        act_bits=1,
    )
