"""Weighs photos so that sources count alike, and selects those on which models are compared."""

from collections.abc import Sequence

import numpy as np

from qana.data.photo import Photo
from qana.evaluation.gate_record import COMPARED_SOURCE
from qana.training.subsets import encode_groups


def select_compared(photos: Sequence[Photo]) -> list[Photo]:
    """Selects the photos of HAM10000, so that the figures of all models compare.

    Args:
        photos: photos of any sources.

    Returns:
        The photos of HAM10000, in their order. All photos, if none is of HAM10000.
    """
    return [photo for photo in photos if photo.source == COMPARED_SOURCE] or list(photos)


def weigh_sources_alike(photos: Sequence[Photo]) -> np.ndarray:
    """Weighs photos so that each source and image type has the same total weight.

    Args:
        photos: N photos, N >= 1.

    Returns:
        (N,) float64 with mean 1. All are exactly 1 if there is one source and image type.
    """
    groups = encode_groups(photos)
    counts = np.bincount(groups)
    return len(groups) / (len(counts) * counts[groups])
