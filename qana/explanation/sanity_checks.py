"""Sanity checks: control maps that ignore the network, and maps of a network with shuffled weights.

A map that explains the network must score higher than the control maps, and must change when the
weights are shuffled (Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018,
https://arxiv.org/abs/1810.03292).
"""

import numpy as np

from qana.explanation.akida_map import AkidaMap
from qana.explanation.faithfulness import compute_agreement
from qana.inference.events import Outputs

RANDOM_MAP_SIZE = 8
"""Side of the random map, equal to that of the network's last feature map."""
BLOB_DEVIATION = 0.25
"""Standard deviation of the centre blob, as a share of the side."""
SHUFFLES = 5
"""Number of shuffled heads that a map is compared with."""


def make_random_map(seed: int) -> np.ndarray:
    """Makes a map of random values.

    Args:
        seed: seed of the values.

    Returns:
        (8, 8) float64, uniform in 0 to 1.
    """
    return np.random.default_rng(seed).random((RANDOM_MAP_SIZE, RANDOM_MAP_SIZE))


def make_centre_blob(size: int) -> np.ndarray:
    """Makes a Gaussian blob in the centre.

    The lesion is usually in the centre of the photo, so this control map is hard to beat.

    Args:
        size: side of the map, in pixels.

    Returns:
        (size, size) float64, 0 to 1.
    """
    from_centre = (np.arange(size) + 0.5) / size - 0.5
    bell = np.exp(-(from_centre**2) / (2 * BLOB_DEVIATION**2))
    return np.outer(bell, bell)


def compare_with_shuffled_heads(
    akida_map: AkidaMap, outputs: Outputs, label: int, seed: int = 0
) -> float:
    """Compares a map with the maps of heads with shuffled weights.

    Args:
        akida_map: map of the model.
        outputs: integers of the layers for one photo.
        label: index into `qana.classes.LABELS`.
        seed: seed of the shuffles.

    Returns:
        Mean rank correlation with the maps of five shuffled heads, -1 to 1. It is 1 if the weights
        do not matter, and about 0 if the map depends on them.
    """
    random = np.random.default_rng(seed)
    original = akida_map.compute_grad_cam(outputs, label)
    weights = akida_map.weights
    found = []
    for _ in range(SHUFFLES):
        shuffled = random.permutation(weights.reshape(-1)).reshape(weights.shape)
        values = np.maximum(akida_map.compute_evidence(outputs, shuffled)[..., label], 0)
        found.append(compute_agreement(original, values))
    return float(np.mean(found))
