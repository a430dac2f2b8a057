"""When a model keeps silent: its gate and its abstain band, fitted, measured, recorded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from qana.classes import LABELS
from qana.data.arrays import encode_labels, load_inputs
from qana.data.ham10000 import Photo
from qana.data.plain_skin import crop_plain_skin
from qana.evaluation.out_of_distribution import strangers
from qana.evaluation.selective_prediction import confidence_threshold, risk_coverage
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.gate import Gate
from qana.inference.manifest import find_entry, update_record
from qana.inference.model_store import hash_file
from qana.inference.temperature import softmax
from qana.training.fit_not_a_lesion_gate import LESION_PASS_RATE, fit_gate_from_photos

COVERAGE = 0.9
"""Share of the validation photos that get an answer. Down to here the answers withheld are wrong
more often than not, and every class keeps most of its answers; below, it is the rare and the
malignant classes that fall silent."""
TEST_SKIN_PATCHES = 500
"""Corners of test photos that the gate is examined on."""


def record_gate_and_abstention(
    name: str,
    folder: Path,
    subsets: Mapping[str, Sequence[Photo]],
    progress: Callable[[str], None],
    phone: Sequence[Path] = (),
) -> dict[str, Any]:
    """Fits, measures and records when one model of a models folder keeps silent.

    The test lesions and the strangers are measured at the end; nothing is chosen by them.

    Args:
        name: of the model; its manifest entry gets the keys "gate" and "abstain", and
            `<name>.gate.npz` is written beside its .fbz.
        folder: models folder.
        subsets: "train", "validation" and "test" photos, no lesion in two of them.
        say: takes one line of progress.
        phone: phone photos of lesions, another domain: the share that passes is recorded.

    Returns:
        The two new keys of the manifest entry.

    Raises:
        ModelError: there is no such model, or its file is missing or changed.
        ImageError: a photo cannot be read.
    """
    entry = replace(find_entry(name, folder), gate=None, abstain_below=0.0)
    classifier = AkidaClassifier(entry)
    progress(f"Asking {name} about the validation and the test photos")
    validation, test = (_Predictions(classifier, subsets[part]) for part in ("validation", "test"))
    gate = fit_gate_from_photos(classifier, subsets["train"], validation.features, progress)
    progress("Gate: examining it on pictures that it has never met")
    met = strangers()
    if "pictures" not in met:
        progress("Without scikit-image (requirements-dev.txt) its sample pictures are left out")
    families = met | {"skin": crop_plain_skin(subsets["test"], TEST_SKIN_PATCHES)}
    command = f"python -m qana gate --data DIR --model {name}"
    changes = {
        "gate": {
            "file": f"{name}.gate.npz",
            "method": "logistic regression on roots of what enters the last dense layer",
            "threshold": gate.threshold,
            "chosen_pass": LESION_PASS_RATE,
            "lesions": {
                "validation": validation.measure_pass_rates(gate),
                "lesion-test": test.measure_pass_rates(gate),
            },
            "turned_away": {
                family: _count_rejected(classifier, gate, pictures)
                for family, pictures in families.items()
                if pictures
            },
            "command": command + (" --phone DIR" if phone else ""),
        },
        "abstain": _fit_abstain_band(validation, test) | {"command": command},
    }
    if phone:
        found = _count_rejected(classifier, gate, [read_image(path) for path in phone])
        changes["gate"]["phone"] = {"n": found["n"], "pass": 1 - found["share"]}
    path = folder / f"{name}.gate.npz"
    gate.write(path)
    changes["gate"]["sha256"] = hash_file(path)
    update_record(name, changes, folder)
    return changes


class _Predictions:
    """What a model says of photos: labels (N,), probabilities (N, 7), features (N, F)."""

    def __init__(self, classifier: AkidaClassifier, photos: Sequence[Photo]) -> None:
        inputs = load_inputs(photos, classifier.input_size)
        self.labels = encode_labels(photos)
        self.probabilities = softmax(classifier.logits(inputs), classifier.entry.temperature)
        self.features = classifier.features(inputs)

    def measure_pass_rates(self, gate: Gate) -> dict[str, Any]:
        passes = gate.passes(self.features)
        per_class = {
            label: float(passes[self.labels == index].mean())
            for index, label in enumerate(LABELS)
            if (self.labels == index).any()
        }
        return {"n": len(passes), "pass": float(passes.mean()), "per_class": per_class}

    def measure_answers(self, threshold: float) -> dict[str, float | None]:
        kept = self.probabilities.max(axis=1) >= threshold
        wrong = self.probabilities.argmax(axis=1) != self.labels
        return {
            "coverage": float(kept.mean()),
            "risk": float(wrong[kept].mean()) if kept.any() else None,
        }


def _fit_abstain_band(validation: _Predictions, test: _Predictions) -> dict[str, Any]:
    threshold = confidence_threshold(validation.probabilities, COVERAGE)
    measured = {
        subset: answers.measure_answers(threshold)
        | risk_coverage(answers.labels, answers.probabilities)
        for subset, answers in (("validation", validation), ("lesion-test", test))
    }
    return {"threshold": threshold, "coverage": COVERAGE, "risk_coverage": measured}


def _count_rejected(
    classifier: AkidaClassifier, gate: Gate, pictures: Sequence[np.ndarray]
) -> dict[str, Any]:
    inputs = np.stack([to_input(picture, classifier.input_size) for picture in pictures])
    passes = gate.passes(classifier.features(inputs))
    return {"n": len(passes), "share": float((~passes).mean())}
