"""Maps that know nothing of the network; one that explains must beat them."""

import numpy as np

PLACES = 8
"""Side of the random map: as coarse as the network's last feature map."""


def random_map(seed: int) -> np.ndarray:
    """(8, 8) float64, uniform in 0 to 1; equal seeds give equal maps."""
    return np.random.default_rng(seed).random((PLACES, PLACES))


def centre_blob(size: int) -> np.ndarray:
    """(size, size) float64: a round bell in the middle, its deviation a quarter of the side.

    Photographers put the lesion there, so this is a strong guess without any network.
    """
    from_centre = (np.arange(size) + 0.5) / size - 0.5
    bell = np.exp(-(from_centre**2) / (2 * 0.25**2))
    return np.outer(bell, bell)
