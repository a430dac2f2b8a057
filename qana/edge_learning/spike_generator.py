"""The spike generator: a layer that maps the last feature map of a network to binary spikes.

Akida's learning layer takes binary inputs only. The published network trains a layer for this
purpose. Here its weights are drawn at random: every spike is a random projection of the averaged
features, and fires in the photos with the largest projections. Such codes preserve the similarity
of photos (Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002,
https://doi.org/10.1145/509907.509965). The draw does not depend on the classes. The variance of the
features and the thresholds are fitted on photos of all classes without their labels. The weights
are rounded to 4 bits. No step needs TensorFlow.
"""

import akida
import numpy as np

SPIKE_LAYER = "spikes"
"""Name of the layer."""
MAX_WEIGHT = 7
"""Largest 4-bit weight."""
MAX_DEVIATIONS = 3.0
"""Random weights of this many standard deviations map to `MAX_WEIGHT`. Larger ones are clipped."""
BATCH_SIZE = 64


def remove_head(network: akida.Model) -> akida.Model:
    """Returns a network of Akida 1.0 without the two layers of its head.

    Args:
        network: deployed network, (N, S, S, 3) uint8 photos to logits.

    Returns:
        Model that maps photos to the last feature map.
    """
    return akida.Model(network.layers[:-2])


def compute_feature_maps(front: akida.Model, photos: np.ndarray) -> np.ndarray:
    """Computes the last feature maps of photos.

    Args:
        front: network without its head, see `remove_head`.
        photos: (N, S, S, 3) uint8.

    Returns:
        (N, H, W, C) uint8, 0 to 15.
    """
    starts = range(0, len(photos), BATCH_SIZE)
    return np.concatenate([front.forward(photos[at : at + BATCH_SIZE]) for at in starts])


def build_spike_generator(
    maps: np.ndarray, count: int, share: float, whitening: float, seed: int
) -> akida.Model:
    """Draws the weights of the layer and sets the threshold of each spike.

    Args:
        maps: (N, H, W, C) uint8 feature maps of training photos, 0 to 15.
        count: number of spikes S.
        share: share of the training photos in which a spike fires, 0 to 1.
        whitening: 0 uses features as they are, 1 scales all features to equal variance.
        seed: seed of the draw.

    Returns:
        Akida model of this one layer. It averages (N, H, W, C) maps over their places and returns
        (N, 1, 1, S) uint8, 0 or 1.
    """
    deviations = _sum_places(maps).std(axis=0)
    # Whitening must not amplify features that are almost constant, nor divide by zero.
    deviations = np.maximum(deviations, np.quantile(deviations[deviations > 0], 0.1))
    drawn = np.random.default_rng(seed).standard_normal((maps.shape[3], count))
    weights = drawn / deviations[:, None] ** whitening
    weights *= MAX_WEIGHT / MAX_DEVIATIONS / np.sqrt((weights**2).mean(axis=0))
    rounded = np.clip(np.rint(weights), -MAX_WEIGHT, MAX_WEIGHT).astype(np.int8)[None, None]
    potentials = _sum_places(maps) @ rounded[0, 0].astype(np.float64)
    model = akida.Model()
    model.add(akida.InputData(input_shape=maps.shape[1:], input_bits=4))
    model.add(_make_layer(count))
    layer = model.get_layer(SPIKE_LAYER)
    layer.set_variable("weights", rounded)
    thresholds = np.quantile(potentials, 1 - share, axis=0, method="higher")
    layer.set_variable("threshold", thresholds.astype(np.int32))
    return model


def generate_spikes(generator: akida.Model, maps: np.ndarray) -> np.ndarray:
    """Computes the output of a spike generator in numpy, bit for bit equal to the engine.

    The engine multiplies at every place of the map and sums the products. Summing the map first
    gives the same integers and is faster.

    Args:
        generator: model from `build_spike_generator`.
        maps: (N, H, W, C) uint8 feature maps, 0 to 15.

    Returns:
        (N, 1, 1, S) uint8, 0 or 1.
    """
    layer = generator.get_layer(SPIKE_LAYER)
    potentials = _sum_places(maps) @ layer.get_variable("weights")[0, 0].astype(np.float64)
    fired = potentials > layer.get_variable("threshold")
    return fired.astype(np.uint8)[:, None, None]


def append_spike_generator(front: akida.Model, generator: akida.Model) -> akida.Model:
    """Appends the layer of a spike generator to a network.

    Args:
        front: network without its head, see `remove_head`.
        generator: model from `build_spike_generator`.

    Returns:
        Model that maps (N, S, S, 3) uint8 photos to spikes.
    """
    model = akida.Model(front.layers)
    drawn = generator.get_layer(SPIKE_LAYER)
    model.add(_make_layer(drawn.get_variable("weights").shape[-1]))
    for name in drawn.get_variable_names():
        model.get_layer(SPIKE_LAYER).set_variable(name, drawn.get_variable(name))
    return model


def _sum_places(maps: np.ndarray) -> np.ndarray:
    """Sums maps over their places.

    Returns:
        (N, C) float64. It holds these integers and their products with 4-bit weights exactly, and
        numpy multiplies it faster than integers.
    """
    return maps.sum(axis=(1, 2), dtype=np.int64).astype(np.float64)


def _make_layer(count: int) -> akida.Layer:
    return akida.Convolutional(
        kernel_size=(1, 1),
        filters=count,
        name=SPIKE_LAYER,
        weights_bits=4,
        pool_type=akida.PoolType.Average,
        activation=True,
        act_bits=1,
    )
