"""Summarizes the faithfulness scores of single photos, with intervals over whole lesions."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from qana.evaluation.bootstrap import (
    compute_percentile_interval,
    compute_share_interval,
    draw_groups,
)
from qana.explanation.photo_scores import PhotoScores

SCORES = ("energy", "pointing", "deletion", "insertion")
SAME_MAP_TOLERANCE = 0.01
"""Two maps, scaled to 0 to 1, count as equal if no place differs by this much."""
CENTRE_BLOB = "Centre blob"
"""Name of the control map that all others are compared with."""
COMPARED_SCORES = ("energy", "deletion")


def summarize_faithfulness(
    photos: Sequence[PhotoScores], sanity: Sequence[float], lesions: Sequence[str]
) -> dict[str, Any]:
    """Computes means with 95 % bootstrap intervals that resample whole lesions.

    Args:
        photos: (N,) scores of the photos.
        sanity: (N,) agreement of the Akida map with maps of shuffled heads, -1 to 1.
        lesions: (N,) lesion of each photo.

    Returns:
        Part of models/explanations.json:

        - photos, lesions: their numbers; mask_share: mean of the photos.
        - methods: name to scores, each {mean, ci95}, and the number of photos that have the method.
        - against_centre: name to gain over the centre blob, each {mean, ci95, beats}. A positive
          gain is better. `beats` is true if the whole interval is above 0.
        - agreement: pair of methods to mean.
        - drift: quantization step to {mean, ci95}.
        - sanity: {mean, ci95}.
        - against_grad_cam: number of photos with an Akida map equal to Grad-CAM of the quantized
          Keras network, see `SAME_MAP_TOLERANCE`, and median of the largest difference.
    """
    times = draw_groups(lesions)
    differences = np.array([photo.against_grad_cam for photo in photos])
    methods = list(dict.fromkeys(method for photo in photos for method in photo.methods))
    pairs = list(dict.fromkeys(pair for photo in photos for pair in photo.agreement))
    tables = {method: _MethodTable(method, photos, lesions) for method in methods}
    return {
        "photos": len(photos),
        "lesions": len(set(lesions)),
        "mask_share": float(np.mean([photo.mask_share for photo in photos])),
        "methods": {method: table.summarize() for method, table in tables.items()},
        "against_centre": {
            method: {score: table.compute_gain(score) for score in COMPARED_SCORES}
            for method, table in tables.items()
            if method != CENTRE_BLOB
        },
        "agreement": {
            pair: float(np.mean([one.agreement[pair] for one in photos if pair in one.agreement]))
            for pair in pairs
        },
        "drift": {
            step: _summarize_mean(np.array([photo.drift[step] for photo in photos]), times)
            for step in photos[0].drift
        },
        "sanity": _summarize_mean(np.array(sanity), times),
        "against_grad_cam": {
            "within_0.01": int((differences < SAME_MAP_TOLERANCE).sum()),
            "median": float(np.median(differences)),
        },
    }


class _MethodTable:
    """Scores of the photos that have a map of one method."""

    def __init__(self, method: str, photos: Sequence[PhotoScores], lesions: Sequence[str]) -> None:
        chosen = [number for number, photo in enumerate(photos) if method in photo.methods]
        self._method = method
        self._photos = [photos[number].methods for number in chosen]
        self._lesions = [lesions[number] for number in chosen]
        self._times = draw_groups(self._lesions)

    def summarize(self) -> dict[str, Any]:
        """Returns {mean, ci95} of each score, and the number of photos."""
        hits = self._read(self._method, "pointing") > 0.5
        return {
            **{
                score: _summarize_mean(self._read(self._method, score), self._times)
                for score in SCORES
            },
            "pointing": _summarize_share(hits, self._lesions),
            "photos": len(self._photos),
        }

    def compute_gain(self, score: str) -> dict[str, Any]:
        """Returns {mean, ci95, beats} of the gain over the centre blob on the same photos."""
        sign = -1 if score == "deletion" else 1
        gains = sign * (self._read(self._method, score) - self._read(CENTRE_BLOB, score))
        found = _summarize_mean(gains, self._times)
        return {**found, "beats": found["ci95"][0] > 0}

    def _read(self, method: str, score: str) -> np.ndarray:
        return np.array([getattr(photo[method], score) for photo in self._photos])


def _summarize_share(hits: np.ndarray, lesions: Sequence[str]) -> dict[str, Any]:
    """Returns {mean, ci95} of hits. The interval has a width even if all photos agree."""
    return {"mean": float(hits.mean()), "ci95": compute_share_interval(hits, lesions)}


def _summarize_mean(values: np.ndarray, times: np.ndarray) -> dict[str, Any]:
    """Returns {mean, ci95} of values, for the resampled lesions of `draw_groups`."""
    drawn = times @ values / times.sum(axis=1)
    return {"mean": float(values.mean()), "ci95": compute_percentile_interval(drawn)}
