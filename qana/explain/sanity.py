"""Whether a map depends on what the network learned at all.

Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018: after its weights are randomized a
network knows nothing, so a map that stays the same never showed what it knew.
"""

import numpy as np

from qana.explain.akida_map import AkidaMap
from qana.explain.faithfulness import agreement
from qana.spiking.events import Outputs

DRAWS = 5


def agreement_with_random_head(
    head: AkidaMap, outputs: Outputs, label: int, seed: int = 0
) -> float:
    """How much of a map is left when the head's weights are shuffled.

    Args:
        head: of the model.
        outputs: integers of one photo.
        label: class, an index into `qana.labels.LABELS`.
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
        found.append(agreement(map_of_model, values))
    return float(np.mean(found))
