"""From scores of single photos to a table with intervals over lesions."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from qana.evaluation.bootstrap import compute_percentile_interval, compute_share_interval, draw_groups

SCORES = ("energy", "pointing", "deletion", "insertion")
SAME_MAP_TOLERANCE = 0.01
"""Of a map's range: nearer than this, two maps count as one."""
CENTRE_BLOB = "Centre blob"
COMPARED_SCORES = ("energy", "deletion")
"""Scores on which a map must beat the centre blob; of deletion, less is better."""


def summarize(records: Sequence[dict[str, Any]], lesions: Sequence[str]) -> dict[str, Any]:
    """Means with 95 % intervals, drawing whole lesions.

    Args:
        records: of N photos, each with methods, agreement, drift, sanity, against_grad_cam,
            mask_share.
        lesions: (N,) lesion of each photo.

    Returns:
        photos, lesions, mask_share; methods: method to score to {mean, ci95}, and the number of
        photos on which it was measured, which may be fewer; against_centre: method to score to
        {mean, ci95} of the gain over the centre blob, more is better, and beats, whether the whole
        interval is above 0; agreement: pair of methods to mean; drift: step to {mean, ci95};
        sanity: agreement with shuffled heads, {mean, ci95}; against_grad_cam: photos whose Akida
        map is off Grad-CAM of the quantized network by under 0.01 of its range, and the median.
    """
    times = draw_groups(lesions)
    off = np.array([record["against_grad_cam"] for record in records])
    methods = {method: None for record in records for method in record["methods"]}
    pairs = {pair: None for record in records for pair in record["agreement"]}
    measured = {method: _Method(method, records, lesions) for method in methods}
    return {
        "photos": len(records),
        "lesions": len(set(lesions)),
        "mask_share": float(np.mean([record["mask_share"] for record in records])),
        "methods": {method: found.scores() for method, found in measured.items()},
        "against_centre": {
            method: {score: found.gain(score) for score in COMPARED_SCORES}
            for method, found in measured.items()
            if method != CENTRE_BLOB
        },
        "agreement": {
            pair: float(np.mean([r["agreement"][pair] for r in records if pair in r["agreement"]]))
            for pair in pairs
        },
        "drift": {
            step: _mean(np.array([record["drift"][step] for record in records]), times)
            for step in records[0]["drift"]
        },
        "sanity": _mean(np.array([record["sanity"] for record in records]), times),
        "against_grad_cam": {
            "within_0.01": int((off < SAME_MAP_TOLERANCE).sum()),
            "median": float(np.median(off)),
        },
    }


class _Method:
    """The photos on which one method was measured."""

    def __init__(
        self, method: str, records: Sequence[dict[str, Any]], lesions: Sequence[str]
    ) -> None:
        here = [number for number, record in enumerate(records) if method in record["methods"]]
        self._method = method
        self._records = [records[number]["methods"] for number in here]
        self._lesions = [lesions[number] for number in here]
        self._times = draw_groups(self._lesions)

    def scores(self) -> dict[str, Any]:
        """photos, and each score's mean with its interval."""
        hits = self._of(self._method, "pointing") > 0.5
        return {
            **{score: _mean(self._of(self._method, score), self._times) for score in SCORES},
            "pointing": _share(hits, self._lesions),
            "photos": len(self._records),
        }

    def gain(self, score: str) -> dict[str, Any]:
        """By how much it beats the centre blob on its photos; beats: the whole interval does."""
        sign = -1 if score == "deletion" else 1
        gained = sign * (self._of(self._method, score) - self._of(CENTRE_BLOB, score))
        found = _mean(gained, self._times)
        return {**found, "beats": found["ci95"][0] > 0}

    def _of(self, method: str, score: str) -> np.ndarray:
        return np.array([record[method][score] for record in self._records])


def _share(hits: np.ndarray, lesions: Sequence[str]) -> dict[str, Any]:
    """As `_mean`; where all photos agree, the interval still has a width."""
    return {"mean": float(hits.mean()), "ci95": compute_share_interval(hits, lesions)}


def _mean(values: np.ndarray, times: np.ndarray) -> dict[str, Any]:
    drawn = times @ values / times.sum(axis=1)
    return {"mean": float(values.mean()), "ci95": compute_percentile_interval(drawn)}
