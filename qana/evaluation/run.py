"""A classifier over a labelled folder: the one evaluation that every reported number is from."""

from collections.abc import Iterable, Sequence

import numpy as np

from qana.data.labelled import LabelledImage
from qana.errors import UserError
from qana.evaluation.bootstrap import intervals
from qana.evaluation.metrics import summarize
from qana.imaging import ImageError, assess, read_image, to_input
from qana.labels import LABELS
from qana.probabilities import softmax
from qana.spiking.classifier import AkidaClassifier

BATCH = 32
REASONS = ("quality", "gate", "unsure")
"""Why a photo may get no answer, in the order of asking."""
ANSWERED = ""


def evaluate(
    classifier: AkidaClassifier, images: Sequence[LabelledImage], abstain: bool = False
) -> dict[str, object]:
    """Metrics of a classifier over labelled images, with 95 % intervals over lesions.

    Args:
        classifier: whose answers count.
        images: at least one.
        abstain: leave out the photos that the quality check or the gate turns away or that the
            model is too unsure of, in this order, and count them.

    Returns:
        The document of `python -m qana evaluate --json`.

    Raises:
        ImageError: an image cannot be read; the sentence names it.
        UserError: no image is left to judge.
    """
    answers, reasons = [], []
    for batch in _batches(images):
        photos = [_read(image) for image in batch]
        inputs = np.stack([to_input(photo, classifier.input_size) for photo in photos])
        answers.append(softmax(classifier.logits(inputs), classifier.entry.temperature))
        if abstain:
            reasons.append(_reasons(classifier, photos, inputs, answers[-1]))
        else:
            reasons.append(np.full(len(batch), ANSWERED))
    reason = np.concatenate(reasons)
    answered = reason == ANSWERED
    if not answered.any():
        raise UserError("Every image is turned away or too unsure: leave --abstain out.")
    probabilities = np.concatenate(answers)[answered]
    kept = [image for image, keep in zip(images, answered, strict=True) if keep]
    labels = np.array([LABELS.index(image.label) for image in kept])
    lesions = [image.lesion_id for image in kept]
    return {
        "model": classifier.name,
        "backend": classifier.backend,
        **summarize(labels, probabilities),
        "abstained": len(images) - len(kept),
        "abstained_by": {name: int((reason == name).sum()) for name in REASONS},
        "ci95": intervals(labels, probabilities.argmax(axis=1), lesions),
    }


def _reasons(
    classifier: AkidaClassifier,
    photos: Sequence[np.ndarray],
    inputs: np.ndarray,
    probabilities: np.ndarray,
) -> np.ndarray:
    """(N,) strings: the first of `REASONS` that holds for each photo, else `ANSWERED`."""
    spoilt = np.array([not assess(photo).ok for photo in photos])
    foreign = ~classifier.passes_gate(inputs)
    unsure = probabilities.max(axis=1) < classifier.entry.abstain_below
    return np.select([spoilt, foreign, unsure], REASONS, ANSWERED)


def _read(image: LabelledImage) -> np.ndarray:
    try:
        return read_image(image.path)
    except ImageError as error:
        raise ImageError(f"{image.path.name}: {error}") from None


def _batches(images: Sequence[LabelledImage]) -> Iterable[Sequence[LabelledImage]]:
    return (images[start : start + BATCH] for start in range(0, len(images), BATCH))
