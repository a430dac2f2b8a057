"""The lesion protocol: no lesion on two sides, every choice made on the validation lesions."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qana.classes import LABELS, NEEDS_LOOK
from qana.data.ham10000 import Photo, read_ham10000
from qana.data.labelled_folder import LabelledImage
from qana.data.lesion_split import SPLIT_FILE, read_split, split_photos
from qana.evaluation.bootstrap import share_interval
from qana.evaluation.decision_threshold import at_threshold, threshold_for
from qana.evaluation.evaluate import Answers, ask, judge
from qana.evaluation.metrics import expected_calibration_error
from qana.evaluation.reliability import reliability
from qana.evaluation.roc import roc
from qana.evaluation.subgroups import age_band, by_group
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.model_store import sha256
from qana.inference.probabilities import malignant_probability, softmax

SENSITIVITY = 0.9
"""Share of the validation photos that need a look which the two-way threshold must find."""


def run(data: Path, model: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Judges a deployed model on the test lesions of HAM10000, on Akida.

    Args:
        data: HAM10000 folder in its official layout.
        model: name of the model in the models folder.
        say: takes one line of progress.

    Returns:
        The document of models/protocols/lesion.json, the same from every run: model and its sha256;
        split; test and validation, the documents of `python -m qana evaluate --json`;
        per_class_ci95; calibration on test before and after temperature scaling; roc of each class
        on test; malignant, the summed probability of the classes that need a look, with a threshold
        from validation; subgroups of test; skin_tone; stages, from float to Akida. All intervals
        are of 95 % over lesions.

    Raises:
        DataError: the data cannot be used, or the split leaks.
        ModelError: the model is missing or changed.
        ImageError: a photo cannot be read.
    """
    classifier = load_classifier(model)
    say("Checking that no lesion and no image is on two sides")
    parts = split_photos(read_ham10000(data))
    say(f"{len(parts['validation'])} validation photos on {classifier.device}")
    validation = _answers(classifier, parts["validation"])
    say(f"{len(parts['test'])} test photos on {classifier.device}")
    test = _answers(classifier, parts["test"])
    say("Computing the intervals")
    temperature = classifier.entry.temperature
    probabilities = softmax(test.logits, temperature)
    result = judge(classifier, test)
    return {
        "protocol": "lesion",
        "command": f"python -m qana protocol lesion --data DIR --model {model}",
        "model": model,
        "sha256": classifier.entry.sha256,
        "split": _split(parts),
        "test": result,
        "validation": judge(classifier, validation),
        "per_class_ci95": _per_class(test.labels, probabilities.argmax(axis=1), test.lesions),
        "calibration": {
            "temperature": temperature,
            "before": _calibration(test.labels, softmax(test.logits)),
            "after": _calibration(test.labels, probabilities),
        },
        "roc": {
            label: roc(test.labels == index, probabilities[:, index], test.lesions)
            for index, label in enumerate(LABELS)
        },
        "malignant": malignant(validation, test, temperature),
        "subgroups": _subgroups(parts["test"], test, probabilities),
        "skin_tone": "not assessed",
        "stages": {
            **classifier.entry.metrics["stages"],
            "akida": {name: result[name] for name in ("accuracy", "balanced_accuracy", "macro_f1")},
        },
    }


def _answers(classifier: AkidaClassifier, photos: Sequence[Photo]) -> Answers:
    images = [LabelledImage(p.image_id, p.path, p.label, p.lesion_id) for p in photos]
    return ask(classifier, images)


def _split(parts: dict[str, list[Photo]]) -> dict[str, Any]:
    """What is on which side; `split_photos` has proven by now that the overlap is none."""
    stored = read_split().keys() >= {photo.image_id for photo in parts["test"]}
    return {
        "file": SPLIT_FILE.name if stored else None,
        "sha256": sha256(SPLIT_FILE) if stored else None,
        "subsets": {
            name: {
                "photos": len(part),
                "lesions": len({photo.lesion_id for photo in part}),
                "classes": {label: sum(photo.label == label for photo in part) for label in LABELS},
            }
            for name, part in parts.items()
        },
        "overlap": {"lesions": 0, "identical_images": 0},
    }


def _per_class(
    labels: np.ndarray, predicted: np.ndarray, lesions: np.ndarray
) -> dict[str, dict[str, list[float] | None]]:
    right = labels == predicted

    def interval(among: np.ndarray) -> list[float] | None:
        return share_interval(right[among], lesions[among]) if among.any() else None

    return {
        label: {"precision": interval(predicted == index), "recall": interval(labels == index)}
        for index, label in enumerate(LABELS)
    }


def _calibration(labels: np.ndarray, probabilities: np.ndarray) -> dict[str, Any]:
    return {
        "ece": expected_calibration_error(labels, probabilities),
        "bins": reliability(labels, probabilities),
    }


def malignant(validation: Answers, test: Answers, temperature: float) -> dict[str, Any]:
    """What the summed probability of the classes that need a look is worth.

    Args:
        validation: answers that the threshold is chosen by.
        test: answers that it is judged on.
        temperature: divides the logits.

    Returns:
        classes, target_sensitivity, threshold; validation and test, see
        `qana.evaluation.decision_threshold.at_threshold`; roc on test, see `qana.evaluation.roc.roc`.
    """
    needs_look = np.array(NEEDS_LOOK)
    scores = {
        "validation": malignant_probability(softmax(validation.logits, temperature)),
        "test": malignant_probability(softmax(test.logits, temperature)),
    }
    threshold = threshold_for(needs_look[validation.labels], scores["validation"], SENSITIVITY)
    return {
        "classes": [label for label, look in zip(LABELS, NEEDS_LOOK, strict=True) if look],
        "target_sensitivity": SENSITIVITY,
        "threshold": threshold,
        "validation": at_threshold(
            needs_look[validation.labels], scores["validation"], threshold, validation.lesions
        ),
        "test": at_threshold(needs_look[test.labels], scores["test"], threshold, test.lesions),
        "roc": roc(needs_look[test.labels], scores["test"], test.lesions),
    }


def _subgroups(
    photos: Sequence[Photo], test: Answers, probabilities: np.ndarray
) -> dict[str, list[dict[str, object]]]:
    values = {
        "sex": [photo.sex for photo in photos],
        "age": [age_band(photo.age) for photo in photos],
        "site": [photo.site for photo in photos],
        "confirmation": [photo.confirmed_by for photo in photos],
    }
    return {
        name: by_group(groups, test.labels, probabilities, test.lesions)
        for name, groups in values.items()
    }
