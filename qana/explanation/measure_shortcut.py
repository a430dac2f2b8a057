"""Measures whether answers are wrong more often where a feature beside the lesion is seen."""

from collections.abc import Sequence

import numpy as np

from qana.data.photo import Photo
from qana.evaluation.bootstrap import compute_percentile_interval, draw_groups
from qana.explanation.concepts import Shortcut

LEAST_PHOTOS = 20
"""Fewest photos with and without a feature for a result."""


def measure_shortcut(
    photos: Sequence[Photo], predicted: np.ndarray, seen: np.ndarray
) -> Shortcut | None:
    """Compares wrong answers with and without a feature, among photos of equal image types.

    Args:
        photos: N photos. Those without a label are left out.
        predicted: (N,) answers, as names of classes.
        seen: (N,) bool, True where the feature is seen.

    Returns:
        The comparison, or None if there are too few photos with or without the feature.
    """
    kept = np.array([photo.label is not None for photo in photos])
    if not kept.any():
        return None
    photos = [photo for photo in photos if photo.label is not None]
    seen, wrong = seen[kept], predicted[kept] != np.array([photo.label for photo in photos])
    kinds = np.array([photo.image_type for photo in photos])
    groups = np.array([photo.group_id for photo in photos])
    if min(seen.sum(), (~seen).sum()) < LEAST_PHOTOS:
        return None
    times = draw_groups(groups)
    ones = np.ones((1, len(photos)))
    with_it, without = _compare(seen, wrong, kinds, ones)[0]
    drawn = _compare(seen, wrong, kinds, times)
    low, high = compute_percentile_interval(drawn[:, 0] - drawn[:, 1])
    return Shortcut(
        int(seen.sum()),
        int((~seen).sum()),
        round(float(with_it), 4),
        round(float(without), 4),
        (round(low, 4), round(high, 4)),
    )


def _compare(
    seen: np.ndarray, wrong: np.ndarray, kinds: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """Computes (D, 2) shares of wrong answers with and without the feature.

    Each image type counts by its photos with the feature in both shares, so a difference between
    the image types is no difference here.
    """
    totals = np.zeros((len(times), 2))
    weight = np.zeros(len(times))
    for kind in np.unique(kinds):
        here = kinds == kind
        count = times @ (here & seen)
        others = times @ (here & ~seen)
        used = (count > 0) & (others > 0)
        shares = np.stack(
            [
                times @ (here & seen & wrong) / np.maximum(count, 1),
                times @ (here & ~seen & wrong) / np.maximum(others, 1),
            ],
            axis=1,
        )
        totals += shares * (count * used)[:, None]
        weight += count * used
    compared: np.ndarray = totals / np.maximum(weight, 1)[:, None]
    return compared
