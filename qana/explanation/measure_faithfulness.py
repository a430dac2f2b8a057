"""Measures the faithfulness of every explanation method on the test lesions.

Scores are stored photo by photo. An interrupted run loses one photo.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qana.data.lesion_split import SEED, split_photos
from qana.data.photo import Photo
from qana.data.source_splits import split_sources
from qana.data.sources import find_sources, read_source
from qana.errors import DataError
from qana.explanation.akida_map import AkidaMap
from qana.explanation.faithfulness_table import SAME_MAP_TOLERANCE, summarize_faithfulness
from qana.explanation.measure_image_types import measure_image_types
from qana.explanation.photo_scorer import KERAS_METHODS, PhotoScorer, read_seed
from qana.explanation.photo_scores import append_photo_scores, read_photo_scores
from qana.explanation.sanity_checks import compare_with_shuffled_heads
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.load_network import load_network
from qana.network.keras_forms import CALIBRATION_PHOTOS, load_keras_form

HAM10000, OTHERS = "ham10000", ("milk10k", "pad_ufes_20")
"""The source with lesion masks, and others with which all image types are measured."""
SCORE_CAM, SCORE_CAM_PHOTOS = "Score-CAM", 100
"""Score-CAM runs the network once for each channel, 320 times a photo. It is measured on the first
photos of the draw only."""


def measure_faithfulness(
    data: Path, model: str, count: int, runs: Path, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Scores every method on photos of test lesions.

    Args:
        data: folder of HAM10000 with its lesion masks, or folder whose subfolders are data sets.
        model: name of the model.
        count: number of lesions, one photo of each, drawn with the seed of the split. 0 for all.
        runs: folder that stores the scores of single photos.
        progress: receives lines of text.

    Returns:
        Content of models/explanations.json, see `summarize_faithfulness`. "against_grad_cam" also
        has "ties": layer to the number of photos with a different Akida map because of a float32
        rounding tie in this layer of the quantized Keras network, and "image_types" has the
        records of `measure_image_types`.

    Raises:
        DataError: the data cannot be used, or a photo has no lesion mask.
        ModelError: the model is missing or has changed.
        ExportError: the ONNX export of the model gives other logits.
    """
    classifier = load_classifier(model)
    folders = find_sources(data)
    if HAM10000 not in folders:
        raise DataError(f"{data} does not hold HAM10000: give a folder with its lesion masks.")
    parts = split_photos(read_source(HAM10000, folders[HAM10000]))
    photos = _draw_one_per_lesion(parts["test"], count)
    store = runs / "explanations" / f"{classifier.entry.sha256[:12]}.jsonl"
    store.parent.mkdir(parents=True, exist_ok=True)
    known = read_photo_scores(store)
    missing = [photo for photo in photos if photo.image_id not in known]
    progress(f"{len(photos)} photos, {len(missing)} of them to measure on {classifier.device}")
    if missing:
        progress("Loading TensorFlow and three networks, which takes minutes")
        calibration = _draw_calibration_inputs(parts["train"], classifier.input_size)
        scorer = PhotoScorer(classifier, calibration)
        slow = {photo.image_id for photo in photos[:SCORE_CAM_PHOTOS]}
        for number, photo in enumerate(missing, start=1):
            methods = (*KERAS_METHODS, SCORE_CAM) if photo.image_id in slow else KERAS_METHODS
            known[photo.image_id] = scorer.score(photo, methods)
            append_photo_scores(store, photo.image_id, known[photo.image_id])
            progress(f"{number} of {len(missing)}")
    progress("Shuffling the weights of the head")
    document = summarize_faithfulness(
        [known[photo.image_id] for photo in photos],
        [_check_sanity(classifier, photo) for photo in photos],
        [photo.lesion_id for photo in photos],
    )
    differing = [
        photo for photo in photos if known[photo.image_id].against_grad_cam >= SAME_MAP_TOLERANCE
    ]
    progress(f"Comparing the layers on {len(differing)} photos with a different Grad-CAM")
    document["against_grad_cam"]["ties"] = _count_ties(classifier, differing, len(photos))
    document["image_types"] = measure_image_types(
        classifier, [*photos, *_read_other_test_photos(folders)], count, progress
    )
    return {
        "command": f"python -m qana explain --data DIR --model {model} --photos {count}",
        "model": model,
        "sha256": classifier.entry.sha256,
        "seed": SEED,
        **document,
    }


def _read_other_test_photos(folders: Mapping[str, Path]) -> list[Photo]:
    """Reads the test photos of the other sources that are at hand."""
    others = [one for name in OTHERS if name in folders for one in read_source(name, folders[name])]
    return split_sources(others)["test"] if others else []


def _count_ties(
    classifier: AkidaClassifier, photos: Sequence[Photo], checked: int
) -> dict[str, int]:
    """Counts the photos that differ from the quantized Keras network by a rounding tie only.

    Args:
        classifier: the Akida model.
        photos: photos to compare.
        checked: number of photos that these were found among.

    Returns:
        Name of the first layer that differs to number of photos.
    """
    if not photos:
        return {}
    from qana.conversion.compare_layers import find_differences

    entry = classifier.entry
    inputs = np.stack([to_input(read_image(photo.path), classifier.input_size) for photo in photos])
    model = load_network(entry)
    found = find_differences(load_keras_form(entry, "quantized"), model, inputs, checked)
    return {one.layer: len(one.photos) for one in found if one.is_tie}


def _check_sanity(classifier: AkidaClassifier, photo: Photo) -> float:
    """Returns the agreement of the Akida map with maps of shuffled heads, -1 to 1."""
    prediction = classifier.classify(read_image(photo.path))
    label = int(prediction.logits.argmax())
    akida_map = AkidaMap(classifier.layers)
    return compare_with_shuffled_heads(akida_map, prediction.outputs, label, read_seed(photo))


def _draw_one_per_lesion(photos: Sequence[Photo], count: int) -> list[Photo]:
    """Draws lesions in a fixed random order and returns the first photo of each."""
    lesions: dict[str, Photo] = {}
    for photo in photos:
        lesions.setdefault(photo.lesion_id, photo)
    chosen = sorted(lesions)
    random.Random(SEED).shuffle(chosen)
    return [lesions[lesion] for lesion in chosen[: count or None]]


def _draw_calibration_inputs(photos: Sequence[Photo], size: int) -> np.ndarray:
    """Draws photos to calibrate the 4-bit network, and returns (N, size, size, 3) uint8 inputs."""
    chosen = random.Random(SEED).sample(list(photos), min(CALIBRATION_PHOTOS, len(photos)))
    return np.stack([to_input(read_image(photo.path), size) for photo in chosen])
