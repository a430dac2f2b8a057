"""Whether a map shows what the network used: scores of one map of one photo."""

from collections.abc import Callable

import numpy as np

from qana.explanation.heatmap import normalize_map, resize_map
from qana.explanation.occlusion import blur_photo

PERTURBED_SHARES = (0.1, 0.25, 0.4, 0.6, 0.8)
"""Of the pixels, at which deletion and insertion are read between 0 and 1."""
COMPARED_SIZE = 16
"""Side, places, at which two maps are compared."""


def compute_energy_in_mask(values: np.ndarray, mask: np.ndarray) -> float:
    """Share of a map's sum that lies on the lesion, 0 to 1.

    Wang et al., "Score-CAM", CVPR Workshops 2020, section 4.3. A map that is flat counts as evenly
    spread.

    Args:
        values: (S, S), the map.
        mask: (S, S) bool, the lesion.
    """
    heat = _never_empty(values)
    return float(heat[mask].sum() / heat.sum())


def points_at_lesion(values: np.ndarray, mask: np.ndarray) -> bool:
    """Whether the map's greatest value lies on the lesion (pointing game, Zhang et al., IJCV 2018).

    Args and shapes as in `compute_energy_in_mask`.
    """
    return bool(mask.reshape(-1)[_never_empty(values).argmax()])


def make_perturbed_photos(inputs: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The photos that `compute_curve_areas` needs the network's answers to.

    Args:
        inputs: (S, S, 3) uint8.
        values: (S, S), the map.

    Returns:
        (2 * len(SHARES), S, S, 3) uint8: the strongest share of the pixels blurred away, one for
        each of `PERTURBED_SHARES`, then the same pixels alone on the blurred photo.
    """
    blurred = blur_photo(inputs)
    order = np.argsort(-values.reshape(-1), kind="stable")
    made = []
    for base, other in ((inputs, blurred), (blurred, inputs)):
        for share in PERTURBED_SHARES:
            view = base.reshape(-1, 3).copy()
            chosen = order[: round(share * len(order))]
            view[chosen] = other.reshape(-1, 3)[chosen]
            made.append(view.reshape(inputs.shape))
    return np.stack(made)


def compute_curve_areas(found: np.ndarray, whole: float, blurred: float) -> tuple[float, float]:
    """Areas under the deletion and the insertion curve.

    Petsiuk et al., "RISE", BMVC 2018, blurring for what is removed in both.

    Args:
        found: (2 * len(SHARES),) probability of the class for each of `make_perturbed_photos`.
        whole: for the photo.
        blurred: for the photo without detail.

    Returns:
        deletion (lower is better) and insertion (higher is better), 0 to 1.
    """
    shares = np.array([0.0, *PERTURBED_SHARES, 1.0])
    deletion, insertion = np.split(np.asarray(found, dtype=np.float64), 2)
    return (
        float(np.trapezoid([whole, *deletion, blurred], shares)),
        float(np.trapezoid([blurred, *insertion, whole], shares)),
    )


def compute_agreement(a: np.ndarray, b: np.ndarray) -> float:
    """Rank correlation (Spearman) of two maps at 16x16 places, -1 to 1; 0 where one is flat."""
    from scipy.stats import spearmanr  # not in the light installation

    coarse = [resize_map(normalize_map(values), COMPARED_SIZE).reshape(-1) for values in (a, b)]
    if any(values.max() == values.min() for values in coarse):
        return 0.0
    return float(spearmanr(*coarse).statistic)


def compute_drift(a: np.ndarray, b: np.ndarray) -> float:
    """How far one map moved to become the other: 1 minus their rank correlation, 0 to 2."""
    return 1 - compute_agreement(a, b)


Scores = dict[str, float]
Probability = Callable[[np.ndarray], np.ndarray]
"""(N, S, S, 3) uint8 to (N,) probability of the class that is explained."""


def score_maps(
    probability: Probability, inputs: np.ndarray, maps: dict[str, np.ndarray], mask: np.ndarray
) -> dict[str, Scores]:
    """All scores of several maps of one photo, the network asked in one go.

    Args:
        probability: the network.
        inputs: (S, S, 3) uint8.
        maps: method to map, each (S, S).
        mask: (S, S) bool, the lesion.

    Returns:
        method to energy, pointing, deletion and insertion.
    """
    ends = np.stack([inputs, blur_photo(inputs)])
    asked = np.concatenate([ends, *(make_perturbed_photos(inputs, values) for values in maps.values())])
    whole, blurred, *found = (float(value) for value in probability(asked))
    result = {}
    for number, (method, values) in enumerate(maps.items()):
        part = np.array(found[2 * len(PERTURBED_SHARES) * number :][: 2 * len(PERTURBED_SHARES)])
        deletion, insertion = compute_curve_areas(part, whole, blurred)
        result[method] = {
            "energy": compute_energy_in_mask(values, mask),
            "pointing": float(points_at_lesion(values, mask)),
            "deletion": deletion,
            "insertion": insertion,
        }
    return result


def _never_empty(values: np.ndarray) -> np.ndarray:
    heat = np.maximum(values.astype(np.float64), 0)
    return heat if heat.sum() > 0 else np.ones_like(heat)
