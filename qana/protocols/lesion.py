"""The lesion protocol: every lesion is in one subset, every choice is made on validation."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from qana.classes import LABELS, MALIGNANT
from qana.data.ham10000 import read_ham10000
from qana.data.labelled_folder import LabelledImage
from qana.data.lesion_split import SPLIT_FILE, read_split, split_photos
from qana.data.photo import Photo
from qana.evaluation.bootstrap import compute_share_interval
from qana.evaluation.decision_threshold import choose_threshold, measure_at_threshold
from qana.evaluation.evaluate import Predictions, predict_images, score_predictions
from qana.evaluation.metrics import compute_expected_calibration_error
from qana.evaluation.model_record import read_record
from qana.evaluation.reliability import compute_reliability
from qana.evaluation.roc import roc
from qana.evaluation.scores import GroupScores, Interval, StageScores
from qana.evaluation.subgroups import name_age_band, score_groups
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.model_store import hash_file
from qana.inference.probabilities import malignant_probability
from qana.inference.temperature import softmax
from qana.protocols.lesion_report import (
    Calibration,
    ClassIntervals,
    LesionReport,
    LesionSplit,
    ReferralReport,
    Reliability,
    SplitOverlap,
    SubsetCounts,
)

SENSITIVITY = 0.9
"""Share of the malignant validation photos that the referral threshold must find."""


def run(data: Path, model: str, progress: Callable[[str], None]) -> LesionReport:
    """Evaluates a deployed model on the test lesions of HAM10000, on Akida.

    Every run gives the same report. All intervals are of 95 % over lesions.

    Args:
        data: HAM10000 folder in its official layout.
        model: name of the model in the models folder.
        progress: receives one line of progress.

    Returns:
        The report.

    Raises:
        DataError: the data cannot be used, or the split leaks.
        ModelError: the model is missing or changed.
        ImageError: a photo cannot be read.
    """
    classifier = load_classifier(model)
    progress("Checking that no lesion and no image is in two subsets")
    photos = read_ham10000(data)
    parts = split_photos(photos)
    progress(f"{len(parts['validation'])} validation photos on {classifier.device}")
    validation = _predict(classifier, parts["validation"])
    progress(f"{len(parts['test'])} test photos on {classifier.device}")
    test = _predict(classifier, parts["test"])
    progress("Computing the intervals")
    temperature = classifier.entry.temperature
    probabilities = softmax(test.logits, temperature)
    scores = score_predictions(classifier, test)
    on_akida = StageScores(scores.accuracy, scores.balanced_accuracy, scores.macro_f1)
    return LesionReport(
        protocol="lesion",
        command=f"python -m qana protocol lesion --data DIR --model {model}",
        model=model,
        sha256=classifier.entry.sha256,
        split=_describe_split(photos, parts),
        test=scores,
        validation=score_predictions(classifier, validation),
        per_class_ci95=_compute_class_intervals(
            test.labels, probabilities.argmax(axis=1), test.lesions
        ),
        calibration=Calibration(
            temperature=temperature,
            before=_measure_reliability(test.labels, softmax(test.logits)),
            after=_measure_reliability(test.labels, probabilities),
        ),
        roc={
            label: roc(test.labels == index, probabilities[:, index], test.lesions)
            for index, label in enumerate(LABELS)
        },
        malignant=measure_referral(validation, test, temperature),
        subgroups=_score_subgroups(parts["test"], test, probabilities),
        skin_tone="not assessed",
        stages={**read_record(classifier.entry).metrics.stages, "akida": on_akida},
    )


def measure_referral(
    validation: Predictions, test: Predictions, temperature: float
) -> ReferralReport:
    """Measures what the summed probability of the malignant classes is worth.

    Args:
        validation: predictions that choose the threshold.
        test: predictions that measure it.
        temperature: divisor of the logits.

    Returns:
        The threshold and its scores on both subsets.
    """
    malignant = np.array(MALIGNANT)
    validation_scores = malignant_probability(softmax(validation.logits, temperature))
    test_scores = malignant_probability(softmax(test.logits, temperature))
    threshold = choose_threshold(malignant[validation.labels], validation_scores, SENSITIVITY)
    return ReferralReport(
        classes=[label for label, look in zip(LABELS, MALIGNANT, strict=True) if look],
        target_sensitivity=SENSITIVITY,
        threshold=threshold,
        validation=measure_at_threshold(
            malignant[validation.labels], validation_scores, threshold, validation.lesions
        ),
        test=measure_at_threshold(malignant[test.labels], test_scores, threshold, test.lesions),
        roc=roc(malignant[test.labels], test_scores, test.lesions),
    )


def _predict(classifier: AkidaClassifier, photos: Sequence[Photo]) -> Predictions:
    images = [LabelledImage(p.image_id, p.path, p.known_label, p.lesion_id) for p in photos]
    return predict_images(classifier, images)


def _describe_split(photos: Sequence[Photo], parts: dict[str, list[Photo]]) -> LesionSplit:
    """Counts each subset; `split_photos` has already checked that nothing overlaps."""
    stored = read_split().keys() >= {photo.image_id for photo in parts["test"]}
    return LesionSplit(
        file=SPLIT_FILE.name if stored else None,
        sha256=hash_file(SPLIT_FILE) if stored else None,
        subsets={
            name: SubsetCounts(
                photos=len(part),
                lesions=len({photo.lesion_id for photo in part}),
                classes={label: sum(photo.label == label for photo in part) for label in LABELS},
            )
            for name, part in parts.items()
        },
        overlap=SplitOverlap(lesions=0, identical_images=0),
        excluded=len(photos) - sum(map(len, parts.values())),
    )


def _compute_class_intervals(
    labels: np.ndarray, predicted: np.ndarray, lesions: np.ndarray
) -> dict[str, ClassIntervals]:
    right = labels == predicted

    def compute(among: np.ndarray) -> Interval | None:
        return compute_share_interval(right[among], lesions[among]) if among.any() else None

    return {
        label: ClassIntervals(
            precision=compute(predicted == index), recall=compute(labels == index)
        )
        for index, label in enumerate(LABELS)
    }


def _measure_reliability(labels: np.ndarray, probabilities: np.ndarray) -> Reliability:
    return Reliability(
        ece=compute_expected_calibration_error(labels, probabilities),
        bins=compute_reliability(labels, probabilities),
    )


def _score_subgroups(
    photos: Sequence[Photo], test: Predictions, probabilities: np.ndarray
) -> dict[str, list[GroupScores]]:
    values = {
        "sex": [photo.sex for photo in photos],
        "age": [name_age_band(photo.age) for photo in photos],
        "site": [photo.site for photo in photos],
        "confirmation": [photo.confirmed_by for photo in photos],
    }
    return {
        name: score_groups(groups, test.labels, probabilities, test.lesions)
        for name, groups in values.items()
    }
