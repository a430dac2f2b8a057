"""Chooses the thresholds of a gate on validation lesions."""

from collections.abc import Sequence

import numpy as np

from qana.data.photo import DERMOSCOPIC, Photo
from qana.training.source_weights import weigh_sources_alike

LESION_PASS_RATE = 0.975
"""Share of the validation lesions that must pass, both of those that were taken through a
dermatoscope and of the others. It sets the threshold."""
FIELD_PASS_RATE = 0.985
"""Share of the validation lesions in a lit field that must pass. It sets the threshold there.
Dermatoscopic photos are cut to circles for it, because few in the archives have such a surround."""

ENLARGED_SOURCES = ("bcn20000",)
"""Sources with photos of fewer pixels than the network reads. They are in the fit, but do not set
the threshold: enlarged photos are the ones that are hardest to tell from pictures without a lesion.
On validation, a threshold that passes as many of them as of the others passes many more pictures
without a lesion."""


def choose_gate_threshold(scores: np.ndarray, photos: Sequence[Photo]) -> float:
    """Chooses the threshold of a gate on validation lesions.

    Photos that were taken through a dermatoscope and photos that were not are two kinds. The
    threshold is the largest one that `LESION_PASS_RATE` of each kind pass. Within a kind, the
    sources have equal weights. The photos of `ENLARGED_SOURCES` do not count if there are others.

    Args:
        scores: (N,) floats, N >= 1, the scores of the lesions.
        photos: the N photos.

    Returns:
        The threshold, one of the scores.
    """
    dermoscopic = np.array([photo.image_type == DERMOSCOPIC for photo in photos])
    counts = np.array([photo.source not in ENLARGED_SOURCES for photo in photos])
    if not counts.any():
        counts[:] = True
    kinds = [kind for kind in (counts & dermoscopic, counts & ~dermoscopic) if kind.any()]
    return min(
        find_quantile_score(
            scores[kind],
            [photo for photo, one in zip(photos, kind, strict=True) if one],
            LESION_PASS_RATE,
        )
        for kind in kinds
    )


def find_quantile_score(scores: np.ndarray, photos: Sequence[Photo], rate: float) -> float:
    """Finds the largest score that a share of the photos reach; sources count alike.

    Args:
        scores: (N,) floats, N >= 1.
        photos: the N photos.
        rate: the share, 0 to 1.
    """
    order = np.argsort(scores)
    weight = weigh_sources_alike(photos)[order].cumsum()
    rejected = (1 - rate) * len(scores)
    return float(scores[order[np.searchsorted(weight, rejected, side="right")]])
