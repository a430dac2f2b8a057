"""Measuring every method on the test lesions, a photo at a time; a stop loses one photo."""

import json
import random
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from qana.data.ham10000 import Photo, read_ham10000
from qana.data.lesion_masks import read_mask
from qana.data.lesion_split import SEED, split_photos
from qana.explanation.akida_map import AkidaMap
from qana.explanation.faithfulness import compute_agreement, compute_drift, score_maps
from qana.explanation.faithfulness_table import SAME_MAP_TOLERANCE, summarize
from qana.explanation.heatmap import normalize_map, resize_map
from qana.explanation.map_job import LAST
from qana.explanation.occlusion import compute_occlusion_map
from qana.explanation.sanity_checks import (
    compare_with_shuffled_heads,
    make_centre_blob,
    make_random_map,
)
from qana.export.onnx_graph import ExportError
from qana.export.onnx_network import OnnxNetwork
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.load_network import load_network
from qana.inference.temperature import softmax
from qana.network.keras_forms import CALIBRATION_PHOTOS, load_keras_form, quantize_to_4_bits

Say = Callable[[str], None]
AKIDA, OCCLUSION, CENTRE, RANDOM = "Akida map", "Occlusion", "Centre blob", "Random map"
ON_KERAS = ("Grad-CAM++", "LayerCAM", "Eigen-CAM")
"""Measured on the quantized network. Its Grad-CAM is the Akida map."""
SCORE_CAM, SCORE_CAM_PHOTOS = "Score-CAM", 100
"""Score-CAM runs the network once a channel, 320 times a photo: measured on the first photos of the
draw alone."""


def measure_faithfulness(data: Path, model: str, count: int, runs: Path, say: Say) -> dict[str, Any]:
    """Scores of every method over photos of test lesions.

    Args:
        data: HAM10000 folder with its lesion masks.
        model: name of the model in the models folder.
        count: of lesions, one photo each, drawn with the split's seed; 0 for all.
        runs: folder that keeps what was measured.
        say: takes one line of progress.

    Returns:
        The document of models/explanations.json; see `qana.explanation.faithfulness_table.summarize`.
        against_grad_cam has also ties: layer to the photos further off that part from the quantized
        network there by a rounding tie alone.

    Raises:
        DataError: the data cannot be used or have no masks.
        ModelError: the model is missing or changed.
    """
    classifier = load_classifier(model)
    parts = split_photos(read_ham10000(data))
    photos = _one_a_lesion(parts["test"], count)
    kept = runs / "explanations" / f"{classifier.entry.sha256[:12]}.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    known = _read(kept)
    missing = [photo for photo in photos if photo.image_id not in known]
    say(f"{len(photos)} photos, {len(missing)} of them to measure on {classifier.device}")
    if missing:
        say("Loading TensorFlow and three networks, which takes minutes")
        measured = _Measured(classifier, _inputs(parts["train"], classifier.input_size))
        slow = {photo.image_id for photo in photos[:SCORE_CAM_PHOTOS]}
        for number, photo in enumerate(missing, start=1):
            methods = (*ON_KERAS, SCORE_CAM) if photo.image_id in slow else ON_KERAS
            known[photo.image_id] = measured.scores(photo, methods)
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"image_id": photo.image_id, **known[photo.image_id]}) + "\n")
            say(f"{number} of {len(missing)}")
    say("Shuffling the head's weights")
    records = [known[photo.image_id] | _sanity(classifier, photo) for photo in photos]
    document = summarize(records, [photo.lesion_id for photo in photos])
    off = [photo for photo in photos if known[photo.image_id]["against_grad_cam"] >= SAME_MAP_TOLERANCE]
    say(f"Looking where {len(off)} photos part from the quantized network")
    document["against_grad_cam"]["ties"] = _ties(classifier, off, len(photos))
    return {
        "command": f"python -m qana explain --data DIR --model {model} --photos {count}",
        "model": model,
        "sha256": classifier.entry.sha256,
        "seed": SEED,
        **document,
    }


def _ties(classifier: AkidaClassifier, photos: Sequence[Photo], checked: int) -> dict[str, int]:
    """Layer to the photos that leave the quantized Keras network there by a rounding tie alone, of
    so many checked."""
    if not photos:
        return {}
    from qana.conversion.compare_layers import find_differences

    entry = classifier.entry
    inputs = np.stack([to_input(read_image(photo.path), classifier.input_size) for photo in photos])
    model = load_network(entry)
    found = find_differences(load_keras_form(entry, "quantized"), model, inputs, checked)
    return {one.layer: len(one.photos) for one in found if one.is_tie}


def _sanity(classifier: AkidaClassifier, photo: Photo) -> dict[str, float]:
    prediction = classifier.classify(read_image(photo.path))
    label = int(prediction.logits.argmax())
    head = AkidaMap(classifier.layers)
    left = compare_with_shuffled_heads(head, prediction.outputs, label, _seed(photo))
    return {"sanity": left}


class _Measured:
    """The networks, and the scores of one photo."""

    def __init__(self, classifier: AkidaClassifier, calibration: np.ndarray) -> None:
        from qana.explanation.keras_gradients import KerasNetwork

        self._classifier, self._head = classifier, AkidaMap(classifier.layers)
        self._twin = OnnxNetwork(classifier.layers, threads=1)
        entry = classifier.entry
        float_form = load_keras_form(entry, "float")
        self._networks = {
            "float": KerasNetwork(float_form, [LAST]),
            "8/8": KerasNetwork(load_keras_form(entry, "quantized"), [LAST]),
            "4/4": KerasNetwork(quantize_to_4_bits(float_form, calibration), [LAST]),
        }

    def _logits(self, views: np.ndarray) -> np.ndarray:
        """(N, S, S, 3) uint8 to (N, 7): the simulator's logits to the bit, from the dense twin. A
        photo is asked about in more than a hundred views."""
        return np.concatenate([self._twin.logits(view[None]) for view in views])

    def scores(self, photo: Photo, methods: Sequence[str]) -> dict[str, Any]:
        from qana.explanation.grad_cam import compute_maps

        classifier = self._classifier
        temperature = classifier.entry.temperature
        size = classifier.input_size
        inputs, mask = to_input(read_image(photo.path), size), read_mask(photo, size)
        answer = classifier.logits(inputs[None])
        if not np.array_equal(answer, self._logits(inputs[None])):
            raise ExportError(f"The dense twin of {classifier.entry.name} is not the network.")
        label = int(answer[0].argmax())

        def on_keras(method: str, form: str) -> np.ndarray:
            network = self._networks[form]
            return compute_maps(network, method, LAST, inputs[None], np.array([label]))[0]

        def probability(views: np.ndarray) -> np.ndarray:
            return softmax(self._logits(views), temperature)[:, label]

        maps = {
            AKIDA: resize_map(self._head.grad_cam(classifier.record_layers(inputs), label), size),
            **{method: on_keras(method, "8/8") for method in methods},
            OCCLUSION: compute_occlusion_map(self._logits, inputs, label, temperature),
            CENTRE: make_centre_blob(size),
            RANDOM: resize_map(make_random_map(_seed(photo)), size),
        }
        grad_cam = {form: on_keras("Grad-CAM", form) for form in self._networks}
        return {
            "methods": score_maps(probability, inputs, maps, mask),
            "agreement": {
                f"{a} | {b}": compute_agreement(maps[a], maps[b]) for a, b in combinations(maps, 2)
            },
            "drift": {
                "float to 8/8": compute_drift(grad_cam["float"], grad_cam["8/8"]),
                "8/8 to 4/4": compute_drift(grad_cam["8/8"], grad_cam["4/4"]),
                "float to 4/4": compute_drift(grad_cam["float"], grad_cam["4/4"]),
            },
            "against_grad_cam": float(np.abs(normalize_map(maps[AKIDA]) - grad_cam["8/8"]).max()),
            "mask_share": float(mask.mean()),
        }


def _seed(photo: Photo) -> int:
    """The number in a photo's name, so a photo has the same luck in every run."""
    return int(photo.image_id[-7:])


def _one_a_lesion(photos: Sequence[Photo], count: int) -> list[Photo]:
    """The first photo of each lesion, in a fixed shuffle of the lesions."""
    lesions: dict[str, Photo] = {}
    for photo in photos:
        lesions.setdefault(photo.lesion_id, photo)
    chosen = sorted(lesions)
    random.Random(SEED).shuffle(chosen)
    return [lesions[lesion] for lesion in chosen[: count or None]]


def _inputs(photos: Sequence[Photo], size: int) -> np.ndarray:
    chosen = random.Random(SEED).sample(list(photos), min(CALIBRATION_PHOTOS, len(photos)))
    return np.stack([to_input(read_image(photo.path), size) for photo in chosen])


def _read(path: Path) -> dict[str, Any]:
    lines: Iterable[str] = path.read_text(encoding="utf-8").splitlines() if path.is_file() else ()
    records = (json.loads(line) for line in lines if line.endswith("}"))  # a stop cuts the last
    return {record["image_id"]: record for record in records}
