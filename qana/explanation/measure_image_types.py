"""Measures the Akida map on the test photos of each source and image type, without lesion masks."""

import random
from collections.abc import Callable, Sequence
from typing import Any
from zlib import crc32

import numpy as np

from qana.data.photo import Photo
from qana.evaluation.bootstrap import (
    compute_percentile_interval,
    compute_share_interval,
    draw_groups,
)
from qana.evaluation.source_scores import group_by_source
from qana.explanation.akida_map import AkidaMap
from qana.explanation.faithfulness import score_curves
from qana.explanation.faithfulness_table import CENTRE_BLOB
from qana.explanation.heatmap import is_empty_map, normalize_map, resize_map
from qana.explanation.sanity_checks import (
    compare_with_shuffled_heads,
    make_centre_blob,
    make_random_map,
)
from qana.export.onnx_network import OnnxNetwork
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.temperature import softmax

AKIDA_MAP, RANDOM_MAP = "Akida map", "Random map"
METHODS = (AKIDA_MAP, CENTRE_BLOB, RANDOM_MAP)
ROAD_PHOTOS = 30
"""Photos of each source and image type that ROAD scores. Each takes half a minute."""
SEED = 20180161


def measure_image_types(
    classifier: AkidaClassifier,
    photos: Sequence[Photo],
    count: int,
    progress: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Measures the Akida map of the answered class.

    Args:
        classifier: the network.
        photos: test photos of any sources.
        count: number of lesions of each source and image type, one photo of each; 0 for all.
        progress: receives lines of text.

    Returns:
        A record for each source and image type:

        - source, image_type, photos: what was measured.
        - empty: {mean, ci95}, share of the photos whose map supports nothing.
        - methods: name to {deletion, insertion}, each {mean, ci95}, on photos with a map.
        - deletion_gain: {mean, ci95, beats} of the Akida map over the centre blob in deletion.
        - road: name to {mean, ci95}; road_photos: their number; road_gain: {mean, ci95, beats} of
          the Akida map over the centre blob. None if no photo has a map.
        - sanity: {mean, ci95}, agreement with maps of shuffled heads.

    Raises:
        ImageError: a photo cannot be read.
    """
    onnx = OnnxNetwork(classifier.layers, threads=1)
    rows = []
    for (source, image_type), indices in group_by_source(photos).items():
        chosen = _draw([photos[index] for index in indices], count)
        progress(f"{len(chosen)} photos of {source}, {image_type}")
        scored = [_Scored(classifier, onnx, photo) for photo in chosen]
        drawn = [one for one in scored if not one.empty]
        for one in drawn[:ROAD_PHOTOS]:
            one.measure_road()
        rows.append(
            {
                "source": source,
                "image_type": image_type,
                "photos": len(scored),
                "empty": _summarize_share(scored),
                **_summarize(drawn),
            }
        )
    return rows


class _Scored:
    """The map of one photo and its scores."""

    def __init__(self, classifier: AkidaClassifier, onnx: OnnxNetwork, photo: Photo) -> None:
        size, temperature = classifier.input_size, classifier.entry.temperature
        self.photo, self._inputs = photo, to_input(read_image(photo.path), size)
        prediction = classifier.classify_input(self._inputs)
        label = int(prediction.logits.argmax())
        akida_map = AkidaMap(classifier.layers)
        values = akida_map.compute_grad_cam(prediction.outputs, label)
        self.empty = is_empty_map(values)
        self.road: dict[str, float] = {}
        self._seed = crc32(photo.image_id.encode())

        def probability(pictures: np.ndarray) -> np.ndarray:
            logits = np.concatenate([onnx.compute_logits(one[None]) for one in pictures])
            found: np.ndarray = softmax(logits, temperature)[:, label]
            return found

        self._probability = probability
        if not self.empty:
            self._maps = {
                AKIDA_MAP: normalize_map(resize_map(values, size)),
                CENTRE_BLOB: normalize_map(make_centre_blob(size)),
                RANDOM_MAP: normalize_map(resize_map(make_random_map(self._seed), size)),
            }
            self.curves = score_curves(probability, self._inputs, self._maps)
            self.sanity = compare_with_shuffled_heads(
                akida_map, prediction.outputs, label, self._seed
            )

    def measure_road(self) -> None:
        from qana.explanation.road import score_road

        self.road = score_road(self._probability, self._inputs, self._maps, self._seed)


def _draw(photos: Sequence[Photo], count: int) -> list[Photo]:
    """Draws lesions in a fixed random order and returns the first photo of each."""
    first: dict[str, Photo] = {}
    for photo in photos:
        first.setdefault(photo.lesion_id or photo.image_id, photo)
    chosen = sorted(first)
    random.Random(SEED).shuffle(chosen)
    return [first[lesion] for lesion in chosen[: count or None]]


def _summarize_share(scored: Sequence[_Scored]) -> dict[str, Any]:
    hits = np.array([one.empty for one in scored])
    groups = [one.photo.group_id for one in scored]
    return {"mean": float(hits.mean()), "ci95": compute_share_interval(hits, groups)}


def _summarize(drawn: Sequence[_Scored]) -> dict[str, Any]:
    if not drawn:
        empty = dict.fromkeys(("deletion_gain", "road", "road_gain", "sanity"))
        return {"methods": {}, "road_photos": 0, **empty}
    road = [one for one in drawn if one.road]
    deletions = {name: [one.curves[name][0] for one in drawn] for name in METHODS}
    return {
        "methods": {
            name: {
                "deletion": _summarize_mean(drawn, deletions[name]),
                "insertion": _summarize_mean(drawn, [one.curves[name][1] for one in drawn]),
            }
            for name in METHODS
        },
        "deletion_gain": _compare(
            drawn, np.subtract(deletions[CENTRE_BLOB], deletions[AKIDA_MAP]).tolist()
        ),
        "road": {name: _summarize_mean(road, [one.road[name] for one in road]) for name in METHODS},
        "road_photos": len(road),
        "road_gain": _compare(road, [one.road[AKIDA_MAP] - one.road[CENTRE_BLOB] for one in road]),
        "sanity": _summarize_mean(drawn, [one.sanity for one in drawn]),
    }


def _compare(scored: Sequence[_Scored], gains: Sequence[float]) -> dict[str, Any]:
    found = _summarize_mean(scored, gains)
    return {**found, "beats": found["ci95"][0] > 0}


def _summarize_mean(scored: Sequence[_Scored], values: Sequence[float]) -> dict[str, Any]:
    times = draw_groups([one.photo.group_id for one in scored])
    drawn = times @ np.array(values) / times.sum(axis=1)
    return {"mean": float(np.mean(values)), "ci95": compute_percentile_interval(drawn)}
