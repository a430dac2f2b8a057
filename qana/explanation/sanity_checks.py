"""Maps that know nothing of the network; one that explains must beat them."""

import numpy as np

from qana.explanation.akida_map import AkidaMap
from qana.explanation.faithfulness import compute_agreement
from qana.inference.events import Outputs

PLACES = 8
"""Side of the random map: as coarse as the network's last feature map."""


def make_random_map(seed: int) -> np.ndarray:
    """(8, 8) float64, uniform in 0 to 1; equal seeds give equal maps."""
    return np.random.default_rng(seed).random((PLACES, PLACES))


def make_centre_blob(size: int) -> np.ndarray:
    """(size, size) float64: a round bell in the middle, its deviation a quarter of the side.

    Photographers put the lesion there, so this is a strong guess without any network.
    """
    from_centre = (np.arange(size) + 0.5) / size - 0.5
    bell = np.exp(-(from_centre**2) / (2 * 0.25**2))
    return np.outer(bell, bell)


DRAWS = 5


def compare_with_shuffled_heads(
    head: AkidaMap, outputs: Outputs, label: int, seed: int = 0
) -> float:
    """How much of a map is left when the head's weights are shuffled.

    Args:
        head: of the model.
        outputs: integers of one photo.
        label: class, an index into `qana.classes.LABELS`.
        seed: equal seeds give equal shuffles.

    Returns:
        Mean rank correlation of the map with those of five shuffled heads, -1 to 1: 1 where the
        weights do not matter, about 0 where the map is destroyed.
    """
    random = np.random.default_rng(seed)
    map_of_model = head.grad_cam(outputs, label)
    found = []
    for _ in range(DRAWS):
        shuffled = random.permutation(head.head.reshape(-1)).reshape(head.head.shape)
        values = np.maximum(head.evidence(outputs, shuffled)[..., label], 0)
        found.append(compute_agreement(map_of_model, values))
    return float(np.mean(found))
