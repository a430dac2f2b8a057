"""Fits, measures and records when a model gives no answer: its gate and its abstain band.

The gate rejects a photo that shows no lesion. The abstain band withholds an answer that the model
is unsure of.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from qana.data.outlier_photos import OutlierPhoto, Role, select_role
from qana.data.photo import IMAGE_TYPES, Photo
from qana.data.plain_skin import crop_plain_skin
from qana.data.sources import SOURCES
from qana.evaluation.gate_record import COMPARED_SOURCE
from qana.evaluation.out_of_distribution import load_test_images
from qana.evaluation.report_files import to_document
from qana.evaluation.selective_prediction import choose_confidence_threshold, compute_risk_coverage
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.gate import Gate
from qana.inference.manifest import find_entry, update_record
from qana.inference.model_store import hash_file
from qana.training import ProgressCallback
from qana.training.fit_not_a_lesion_gate import SEED, fit_gate_from_photos
from qana.training.gate_predictions import GatePredictions, predict_for_gate
from qana.training.gate_thresholds import LESION_PASS_RATE
from qana.training.gate_views import cut_to_circles
from qana.training.measure_rejection import measure_photographs, measure_rejection
from qana.training.outlier_squares import crop_inputs
from qana.training.source_weights import weigh_sources_alike

COVERAGE = 0.9
"""Share of the validation photos that get an answer. Down to this share, most withheld answers are
wrong and every class keeps most of its answers. Below it, mainly the rare and the malignant classes
lose their answers."""
TEST_SKIN_PATCHES = 500
"""Number of skin patches from test photos that the gate is tested on."""
FIELD_PHOTOS = 600
"""Number of photos that are cut to a lit circle, to measure how many pass there."""


def record_gate_and_abstention(
    name: str,
    folder: Path,
    subsets: Mapping[str, Sequence[Photo]],
    progress: ProgressCallback,
    phone: Sequence[Path] = (),
    photographs: Sequence[OutlierPhoto] = (),
) -> dict[str, Any]:
    """Fits the gate and the abstain band of one model, measures both and records them.

    Training photos and generated pictures fit the gate, and validation photos set both thresholds.
    The gate is fitted on the photos of all sources, the abstain band on the validation photos of
    the sources that the model was trained on. The test lesions and the out-of-distribution pictures
    are only measured, at the end. The figures that compare models are those of HAM10000's photos.

    Args:
        name: model name. Its manifest entry gets the keys "gate" and "abstain", and
            `<name>.gate.npz` is written next to its .fbz file.
        folder: models folder.
        subsets: "train", "validation" and "test" photos of one or several sources, each of one of
            the seven classes. No lesion is in two subsets.
        progress: receives one line for each step.
        phone: phone photos of lesions, none of them in `subsets`. The share that passes the gate
            is recorded.
        photographs: photographs without a lesion. Those of `Role.FIT` join the fit, the others
            are measured.

    Returns:
        The two new keys of the manifest entry.

    Raises:
        ModelError: the model does not exist, or its file is missing or changed.
        ImageError: a photo cannot be read.
    """
    entry = replace(find_entry(name, folder), gate=None, abstain_below=0.0)
    classifier = AkidaClassifier(entry)
    progress(f"Classifying the validation and the test photos with {name}")
    validation, test = (
        predict_for_gate(classifier, subsets[part]) for part in ("validation", "test")
    )
    gate = fit_gate_from_photos(
        classifier,
        subsets["train"],
        validation.lesions,
        progress,
        select_role(photographs, Role.FIT),
    )
    progress("Gate: testing it on kinds of pictures that were not in the fit")
    unseen = load_test_images()
    if "pictures" not in unseen:
        progress(
            "Gate: the sample photographs are left out, because scikit-image "
            "(requirements-dev.txt) is not installed"
        )
    families = unseen | {"skin": crop_plain_skin(subsets["test"], TEST_SKIN_PATCHES)}
    sources = entry.record.get("sources", [COMPARED_SOURCE])
    command = f"python -m qana gate --data DIR --model {name}"
    changes = {
        "gate": {
            "file": f"{name}.gate.npz",
            "method": "logistic regression on roots of what enters the last dense layer",
            "threshold": gate.threshold,
            "field_threshold": gate.field_threshold,
            "chosen_pass": LESION_PASS_RATE,
            "lesions": {
                "validation": validation.select_compared().measure_pass_rates(gate),
                "lesion-test": test.select_compared().measure_pass_rates(gate),
            },
            "lit_fields": {
                subset: _measure_fields(classifier, gate, found.select_compared().lesions.photos)
                for subset, found in (("validation", validation), ("lesion-test", test))
            },
            "image_types": [kind for kind in IMAGE_TYPES if kind in _find_image_types(subsets)],
            "sources": {
                "validation": validation.measure_sources(gate),
                "lesion-test": test.measure_sources(gate),
            },
            "turned_away": {
                family: _count_rejected(classifier, gate, pictures)
                for family, pictures in families.items()
                if pictures
            },
            "command": command
            + (" --phone DIR" if phone else "")
            + (" --outliers DIR" if photographs else ""),
            "weights": {name: entry.sha256},
        },
        "abstain": _fit_abstain_band(validation.select(sources), test) | {"command": command},
    }
    if phone:
        found = _count_rejected(classifier, gate, [read_image(path) for path in phone])
        changes["gate"]["phone"] = {"n": found["n"], "pass": 1 - found["share"]}
    if photographs:
        rates = measure_photographs(classifier, gate, photographs)
        changes["gate"]["photographs"] = to_document(rates)
    path = folder / f"{name}.gate.npz"
    gate.write(path)
    changes["gate"]["sha256"] = hash_file(path)
    update_record(name, changes, folder)
    return changes


def _measure_fields(
    classifier: AkidaClassifier, gate: Gate, photos: Sequence[Photo]
) -> dict[str, Any]:
    """Returns how many photos pass the gate after they are cut to a lit circle."""
    chosen = random.Random(SEED).sample(list(photos), min(FIELD_PHOTOS, len(photos)))
    circles = cut_to_circles(read_image(photo.path) for photo in chosen)
    found = measure_rejection(classifier, gate, *crop_inputs(circles, classifier.input_size))
    return {"n": found.n, "pass": 1 - found.share}


def _find_image_types(subsets: Mapping[str, Sequence[Photo]]) -> set[str]:
    """Finds the image types of the training photos."""
    return {photo.image_type for photo in subsets["train"]}


def _fit_abstain_band(validation: GatePredictions, test: GatePredictions) -> dict[str, Any]:
    """Sets the least top probability of an answer on validation, and measures both subsets.

    The threshold is set on all photos of `validation`, in which sources count alike.
    """
    photos = validation.lesions.photos
    threshold = choose_confidence_threshold(
        validation.probabilities, COVERAGE, weigh_sources_alike(photos)
    )
    compared = {"validation": validation.select_compared(), "lesion-test": test.select_compared()}
    measured = {
        subset: predictions.measure_answers(threshold)
        | to_document(compute_risk_coverage(predictions.labels, predictions.probabilities))
        for subset, predictions in compared.items()
    }
    found = {photo.source for photo in photos}
    return {
        "threshold": threshold,
        "coverage": COVERAGE,
        "risk_coverage": measured,
        "sources": [source for source in SOURCES if source in found],
    }


def _count_rejected(
    classifier: AkidaClassifier, gate: Gate, pictures: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Returns the number of pictures and the share that the gate rejects."""
    inputs = crop_inputs(pictures, classifier.input_size)
    return to_document(measure_rejection(classifier, gate, *inputs))
