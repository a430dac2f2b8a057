"""Computes how often each training photo is sampled: by its class and by its source."""

import numpy as np


def compute_sampling_weights(
    labels: np.ndarray, groups: np.ndarray, balance: float, group_balance: float
) -> np.ndarray:
    """Computes the probability of each photo.

    A group, such as the smartphone photos, gets the weight (group size) ** (1 - group_balance).
    Within a group, a photo has the weight (size of its class in the group) ** -balance. So a class
    that is common in one source and rare in another one is balanced in each, and the network cannot
    use the look of a source as a sign of a class.

    Args:
        labels: (N,) integers, the classes of the photos.
        groups: (N,) integers, the groups of the photos.
        balance: 0 samples all photos of a group alike, 1 all its classes.
        group_balance: 0 samples all photos alike, 1 all groups.

    Returns:
        (N,) float64, which sum to 1.
    """
    weights = np.zeros(len(labels))
    for group in np.unique(groups):
        members = groups == group
        sizes = np.bincount(labels[members])
        inside = sizes[labels[members]].astype(np.float64) ** -balance
        weights[members] = inside / inside.sum() * members.sum() ** (1 - group_balance)
    return weights / weights.sum()
