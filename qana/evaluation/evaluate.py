"""Evaluates a classifier on labelled photos; every reported score of a model comes from here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from qana.classes import LABELS
from qana.data.labelled_folder import LabelledImage
from qana.errors import UserError
from qana.evaluation.bootstrap import compute_intervals
from qana.evaluation.metrics import score_probabilities
from qana.evaluation.scores import Evaluation
from qana.imaging import ImageError, assess_quality, read_image
from qana.imaging.crop import crop_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.temperature import softmax

BATCH = 32
REASONS = ("quality", "gate", "unsure")
"""Why a photo may get no answer, in the order of the checks."""
ANSWERED = ""
UnreadableCallback: TypeAlias = Callable[[LabelledImage, ImageError], None]
"""Receives an image that cannot be read, and why."""


@dataclass(frozen=True)
class Predictions:
    """The logits of a classifier on labelled images.

    Attributes:
        images: the images that got an answer, N >= 1.
        labels: (N,) int64, indices into `qana.classes.LABELS`.
        logits: (N, 7) float32.
        abstained_by: how many images got no answer, by each of `REASONS`.
    """

    images: Sequence[LabelledImage]
    labels: np.ndarray
    logits: np.ndarray
    abstained_by: dict[str, int]

    @property
    def lesions(self) -> np.ndarray:
        """(N,) lesion_id of each image."""
        return np.array([image.lesion_id for image in self.images])


def evaluate(
    classifier: AkidaClassifier,
    images: Sequence[LabelledImage],
    abstain: bool = False,
    report_unreadable: UnreadableCallback | None = None,
) -> Evaluation:
    """Evaluates a classifier on labelled images.

    Args:
        classifier: the classifier.
        images: at least one.
        abstain: leave out and count the photos that fail the quality check, that the gate
            rejects, or that the model is too unsure of, in this order.
        report_unreadable: receives each image that cannot be read, which is then left out. Without
            it, the first of them raises an error.

    Returns:
        The scores with 95 % intervals over lesions.

    Raises:
        ImageError: an image cannot be read; the sentence names it.
        UserError: no image is left to evaluate.
    """
    return score_predictions(
        classifier, predict_images(classifier, images, abstain, report_unreadable)
    )


def predict_images(
    classifier: AkidaClassifier,
    images: Sequence[LabelledImage],
    abstain: bool = False,
    report_unreadable: UnreadableCallback | None = None,
) -> Predictions:
    """Runs the classifier on every image; arguments and errors are those of `evaluate`."""
    readable: list[LabelledImage] = []
    logits, reasons = [], []
    for batch in _split_batches(images):
        read = [(image, _read(image, report_unreadable)) for image in batch]
        photos = [photo for _, photo in read if photo is not None]
        if not photos:
            continue
        readable += [image for image, photo in read if photo is not None]
        crops = [crop_input(photo, classifier.input_size) for photo in photos]
        inputs = np.stack([square for square, _ in crops])
        logits.append(classifier.logits(inputs))
        if abstain:
            reasons.append(_find_reasons(classifier, photos, crops, logits[-1]))
        else:
            reasons.append(np.full(len(photos), ANSWERED))
    if not readable:
        raise UserError("None of the photos can be read: give sound photos.")
    reason = np.concatenate(reasons)
    answered = reason == ANSWERED
    if not answered.any():
        raise UserError("The model abstains on every image: run again without --abstain.")
    kept = [image for image, keep in zip(readable, answered, strict=True) if keep]
    return Predictions(
        images=kept,
        labels=np.array([LABELS.index(image.label) for image in kept]),
        logits=np.concatenate(logits)[answered],
        abstained_by={name: int((reason == name).sum()) for name in REASONS},
    )


def score_predictions(classifier: AkidaClassifier, predictions: Predictions) -> Evaluation:
    """Computes the document of `evaluate` from predictions that exist already."""
    probabilities = softmax(predictions.logits, classifier.entry.temperature)
    scores = score_probabilities(predictions.labels, probabilities)
    return Evaluation(
        model=classifier.name,
        backend=classifier.backend,
        **vars(scores),
        abstained=sum(predictions.abstained_by.values()),
        abstained_by=predictions.abstained_by,
        ci95=compute_intervals(
            predictions.labels, probabilities.argmax(axis=1), predictions.lesions
        ),
    )


def _find_reasons(
    classifier: AkidaClassifier,
    photos: Sequence[np.ndarray],
    crops: Sequence[tuple[np.ndarray, bool]],
    logits: np.ndarray,
) -> np.ndarray:
    """Returns (N,) strings: the first of `REASONS` that applies to each photo, else `ANSWERED`."""
    poor = np.array([not assess_quality(photo).ok for photo in photos])
    inputs, fields = (np.array(column) for column in zip(*crops, strict=True))
    rejected = ~classifier.passes_gate(inputs, fields)
    probabilities = softmax(logits, classifier.entry.temperature)
    unsure = probabilities.max(axis=1) < classifier.entry.abstain_below
    return np.select([poor, rejected, unsure], REASONS, ANSWERED)


def _read(image: LabelledImage, report_unreadable: UnreadableCallback | None) -> np.ndarray | None:
    """Reads an image; returns None after reporting one that cannot be read."""
    try:
        return read_image(image.path)
    except ImageError as error:
        if report_unreadable is None:
            raise ImageError(f"{image.path.name}: {error}") from None
        report_unreadable(image, error)
        return None


def _split_batches(images: Sequence[LabelledImage]) -> Iterable[Sequence[LabelledImage]]:
    return (images[start : start + BATCH] for start in range(0, len(images), BATCH))
