"""Computes how often each training photo is sampled: by its class and by its source."""

from collections.abc import Sequence

import numpy as np

from qana.data.photo import Photo
from qana.training.recipe import Recipe, TeacherRecipe


def choose_balance(photos: Sequence[Photo], recipe: Recipe | TeacherRecipe) -> float | np.ndarray:
    """Chooses how alike the classes of each photo's group are sampled.

    Args:
        photos: N training photos.
        recipe: gives the balance of HAM10000 and that of the other sources.

    Returns:
        One number for all photos, or (N,) float64.
    """
    if recipe.source_balance is None:
        return recipe.balance
    own = np.array([photo.source == "ham10000" for photo in photos])
    return np.where(own, recipe.balance, recipe.source_balance)


def compute_sampling_weights(
    labels: np.ndarray, groups: np.ndarray, balance: float | np.ndarray, group_balance: float
) -> np.ndarray:
    """Computes the probability of each photo.

    A group, such as the smartphone photos, gets the weight (group size) ** (1 - group_balance).
    Within a group, a photo has the weight (size of its class in the group) ** -balance. So a class
    that is common in one source and rare in another one is balanced in each, and the network cannot
    use the look of a source as a sign of a class.

    Args:
        labels: (N,) integers, the classes of the photos.
        groups: (N,) integers, the groups of the photos.
        balance: 0 samples all photos of a group alike, 1 all its classes. One number, or (N,)
            floats that are equal within a group.
        group_balance: 0 samples all photos alike, 1 all groups.

    Returns:
        (N,) float64, which sum to 1.
    """
    weights, balances = np.zeros(len(labels)), np.broadcast_to(balance, len(labels))
    for group in np.unique(groups):
        members = groups == group
        sizes = np.bincount(labels[members])
        inside = sizes[labels[members]].astype(np.float64) ** -balances[members]
        weights[members] = inside / inside.sum() * members.sum() ** (1 - group_balance)
    return weights / weights.sum()
