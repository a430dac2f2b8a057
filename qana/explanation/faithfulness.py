"""Scores how faithful a map of one photo is: whether it shows what the network used."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qana.explanation.heatmap import normalize_map, resize_map
from qana.explanation.occlusion import blur_photo

PERTURBED_SHARES = (0.1, 0.25, 0.4, 0.6, 0.8)
"""Shares of the pixels that are removed or inserted for the deletion and insertion curves.

The curves also have the end points 0 and 1."""
COMPARED_SIZE = 16
"""Side at which two maps are compared."""
Probability = Callable[[np.ndarray], np.ndarray]
"""Maps (N, S, S, 3) uint8 to the (N,) probability of the class that is explained."""


@dataclass(frozen=True)
class MapScores:
    """Faithfulness scores of one map, each 0 to 1.

    Attributes:
        energy: share of the map on the lesion, see `compute_energy_in_mask`.
        pointing: 1 if the largest value is on the lesion, otherwise 0.
        deletion: area under the deletion curve; lower is better.
        insertion: area under the insertion curve; higher is better.
    """

    energy: float
    pointing: float
    deletion: float
    insertion: float


def score_maps(
    probability: Probability, inputs: np.ndarray, maps: dict[str, np.ndarray], mask: np.ndarray
) -> dict[str, MapScores]:
    """Scores several maps of one photo with a single call of the network.

    Args:
        probability: the network.
        inputs: (S, S, 3) uint8, input of the network.
        maps: name of the method to (S, S) map.
        mask: (S, S) bool, True on the lesion.

    Returns:
        Name of the method to scores.
    """
    return {
        method: MapScores(
            energy=compute_energy_in_mask(maps[method], mask),
            pointing=float(points_at_lesion(maps[method], mask)),
            deletion=deletion,
            insertion=insertion,
        )
        for method, (deletion, insertion) in score_curves(probability, inputs, maps).items()
    }


def score_curves(
    probability: Probability, inputs: np.ndarray, maps: dict[str, np.ndarray]
) -> dict[str, tuple[float, float]]:
    """Computes the areas under the deletion and insertion curves of several maps of one photo.

    Args:
        probability: the network. It is called once.
        inputs: (S, S, 3) uint8, input of the network.
        maps: name of the method to (S, S) map.

    Returns:
        Name of the method to both areas, see `compute_curve_areas`.
    """
    ends = np.stack([inputs, blur_photo(inputs)])
    photos = [make_perturbed_photos(inputs, values) for values in maps.values()]
    whole, blurred, *found = (
        float(value) for value in probability(np.concatenate([ends, *photos]))
    )
    count = 2 * len(PERTURBED_SHARES)
    return {
        method: compute_curve_areas(np.array(found[count * number :][:count]), whole, blurred)
        for number, method in enumerate(maps)
    }


def compute_energy_in_mask(values: np.ndarray, mask: np.ndarray) -> float:
    """Computes the share of a map's sum that lies on the lesion.

    Negative values count as 0. A map without positive values counts as constant. Source: Wang et
    al., "Score-CAM", CVPR Workshops 2020, section 4.3, https://arxiv.org/abs/1910.01279.

    Args:
        values: (S, S) map.
        mask: (S, S) bool, True on the lesion.

    Returns:
        Share, 0 to 1.
    """
    heat = _keep_positive(values)
    return float(heat[mask].sum() / heat.sum())


def points_at_lesion(values: np.ndarray, mask: np.ndarray) -> bool:
    """Returns whether the largest value of a map lies on the lesion (pointing game).

    Source: Zhang et al., "Top-down Neural Attention by Excitation Backprop", IJCV 2018,
    https://doi.org/10.1007/s11263-017-1059-x.

    Args:
        values: (S, S) map.
        mask: (S, S) bool, True on the lesion.
    """
    return bool(mask.reshape(-1)[_keep_positive(values).argmax()])


def make_perturbed_photos(inputs: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Makes the photos for the deletion and insertion curves.

    Args:
        inputs: (S, S, 3) uint8, input of the network.
        values: (S, S) map.

    Returns:
        (2 * K, S, S, 3) uint8 for the K values of `PERTURBED_SHARES`: first the photos with this
        share of the pixels blurred, largest values of the map first, then the blurred photos with
        the same pixels sharp.
    """
    blurred = blur_photo(inputs)
    order = np.argsort(-values.reshape(-1), kind="stable")
    made = []
    for base, other in ((inputs, blurred), (blurred, inputs)):
        for share in PERTURBED_SHARES:
            photo = base.reshape(-1, 3).copy()
            chosen = order[: round(share * len(order))]
            photo[chosen] = other.reshape(-1, 3)[chosen]
            made.append(photo.reshape(inputs.shape))
    return np.stack(made)


def compute_curve_areas(found: np.ndarray, whole: float, blurred: float) -> tuple[float, float]:
    """Computes the areas under the deletion and insertion curves.

    Source: Petsiuk et al., "RISE", BMVC 2018, https://arxiv.org/abs/1806.07421. Both curves blur
    what is removed.

    Args:
        found: (2 * K,) probabilities for the photos of `make_perturbed_photos`.
        whole: probability for the photo.
        blurred: probability for the blurred photo.

    Returns:
        Areas under the deletion curve (lower is better) and the insertion curve (higher is better),
        each 0 to 1.
    """
    shares = np.array([0.0, *PERTURBED_SHARES, 1.0])
    deletion, insertion = np.split(np.asarray(found, dtype=np.float64), 2)
    return (
        float(np.trapezoid([whole, *deletion, blurred], shares)),
        float(np.trapezoid([blurred, *insertion, whole], shares)),
    )


def compute_agreement(a: np.ndarray, b: np.ndarray) -> float:
    """Computes the rank correlation (Spearman) of two maps, resized to 16x16 places.

    Args:
        a: (H, W) map.
        b: (H, W) map, of any size.

    Returns:
        Correlation, -1 to 1; 0 if a map is constant.
    """
    from scipy.stats import spearmanr  # the light installation has no SciPy

    coarse = [resize_map(normalize_map(one), COMPARED_SIZE).reshape(-1) for one in (a, b)]
    if any(one.max() == one.min() for one in coarse):
        return 0.0
    return float(spearmanr(*coarse).statistic)


def compute_drift(a: np.ndarray, b: np.ndarray) -> float:
    """Computes how much two maps differ: 1 minus their rank correlation, 0 to 2.

    Args:
        a: (H, W) map.
        b: (H, W) map, of any size.
    """
    return 1 - compute_agreement(a, b)


def _keep_positive(values: np.ndarray) -> np.ndarray:
    """Sets negative values to 0; returns a constant map if nothing is left."""
    heat = np.maximum(values.astype(np.float64), 0)
    return heat if heat.sum() > 0 else np.ones_like(heat)
