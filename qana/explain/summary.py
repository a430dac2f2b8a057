"""From scores of single photos to a table with intervals over lesions."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from qana.evaluation.bootstrap import percentiles, share_interval, times_drawn

SCORES = ("energy", "pointing", "deletion", "insertion")
CENTRE = "Centre blob"
AGAINST = ("energy", "deletion")
"""Scores on which a map must beat the centre blob; of deletion, less is better."""


def summarize(records: Sequence[dict[str, Any]], lesions: Sequence[str]) -> dict[str, Any]:
    """Means with 95 % intervals, drawing whole lesions.

    Args:
        records: of N photos, each with methods, agreement, drift, sanity, against_grad_cam,
            mask_share.
        lesions: (N,) lesion of each photo.

    Returns:
        photos, lesions, mask_share; methods: method to score to {mean, ci95}; against_centre:
        method to score to {mean, ci95} of the gain over the centre blob, more is better, and beats,
        whether the whole interval is above 0; agreement: pair of methods to mean; drift: step to
        {mean, ci95}; sanity: agreement with shuffled heads, {mean, ci95}; against_grad_cam: photos
        whose Akida map is off Grad-CAM of the quantized network by under 0.01 of its range, and the
        median.
    """
    times = times_drawn(lesions)
    methods = list(records[0]["methods"])

    def of(method: str, score: str) -> np.ndarray:
        return np.array([record["methods"][method][score] for record in records])

    def gain(method: str, score: str) -> dict[str, Any]:
        sign = -1 if score == "deletion" else 1
        found = _mean(sign * (of(method, score) - of(CENTRE, score)), times)
        return {**found, "beats": found["ci95"][0] > 0}

    off = np.array([record["against_grad_cam"] for record in records])
    return {
        "photos": len(records),
        "lesions": len(set(lesions)),
        "mask_share": float(np.mean([record["mask_share"] for record in records])),
        "methods": {
            method: {score: _mean(of(method, score), times) for score in SCORES}
            | {"pointing": _share(of(method, "pointing") > 0.5, lesions)}
            for method in methods
        },
        "against_centre": {
            method: {score: gain(method, score) for score in AGAINST}
            for method in methods
            if method != CENTRE
        },
        "agreement": {
            pair: float(np.mean([record["agreement"][pair] for record in records]))
            for pair in records[0]["agreement"]
        },
        "drift": {
            step: _mean(np.array([record["drift"][step] for record in records]), times)
            for step in records[0]["drift"]
        },
        "sanity": _mean(np.array([record["sanity"] for record in records]), times),
        "against_grad_cam": {
            "within_0.01": int((off < 0.01).sum()),
            "median": float(np.median(off)),
        },
    }


def _share(hits: np.ndarray, lesions: Sequence[str]) -> dict[str, Any]:
    """As `_mean`; where all photos agree, the interval still has a width."""
    return {"mean": float(hits.mean()), "ci95": share_interval(hits, lesions)}


def _mean(values: np.ndarray, times: np.ndarray) -> dict[str, Any]:
    drawn = times @ values / times.sum(axis=1)
    return {"mean": float(values.mean()), "ci95": percentiles(drawn)}
