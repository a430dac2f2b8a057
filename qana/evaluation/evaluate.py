"""A classifier over a labelled folder: the one evaluation that every reported number is from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from qana.classes import LABELS
from qana.data.labelled_folder import LabelledImage
from qana.errors import UserError
from qana.evaluation.bootstrap import intervals
from qana.evaluation.metrics import summarize
from qana.imaging import ImageError, assess, read_image, to_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.probabilities import softmax

BATCH = 32
REASONS = ("quality", "gate", "unsure")
"""Why a photo may get no answer, in the order of asking."""
ANSWERED = ""


@dataclass(frozen=True)
class Answers:
    """What a classifier said of labelled images.

    Attributes:
        images: those that were answered, N >= 1.
        labels: (N,) int64, indices into `qana.classes.LABELS`.
        logits: (N, 7) float32.
        left_out: how many images got no answer, by each of `REASONS`.
    """

    images: Sequence[LabelledImage]
    labels: np.ndarray
    logits: np.ndarray
    left_out: dict[str, int]

    @property
    def lesions(self) -> np.ndarray:
        """(N,) lesion_id of each image."""
        return np.array([image.lesion_id for image in self.images])


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
    return judge(classifier, ask(classifier, images, abstain))


def ask(
    classifier: AkidaClassifier, images: Sequence[LabelledImage], abstain: bool = False
) -> Answers:
    """The classifier's answers; arguments and errors are those of `evaluate`."""
    logits, reasons = [], []
    for batch in _batches(images):
        photos = [_read(image) for image in batch]
        inputs = np.stack([to_input(photo, classifier.input_size) for photo in photos])
        logits.append(classifier.logits(inputs))
        if abstain:
            reasons.append(_reasons(classifier, photos, inputs, logits[-1]))
        else:
            reasons.append(np.full(len(batch), ANSWERED))
    reason = np.concatenate(reasons)
    answered = reason == ANSWERED
    if not answered.any():
        raise UserError("Every image is turned away or too unsure: leave --abstain out.")
    kept = [image for image, keep in zip(images, answered, strict=True) if keep]
    return Answers(
        images=kept,
        labels=np.array([LABELS.index(image.label) for image in kept]),
        logits=np.concatenate(logits)[answered],
        left_out={name: int((reason == name).sum()) for name in REASONS},
    )


def judge(classifier: AkidaClassifier, answers: Answers) -> dict[str, object]:
    """The document of `evaluate` from answers that are already there."""
    probabilities = softmax(answers.logits, classifier.entry.temperature)
    return {
        "model": classifier.name,
        "backend": classifier.backend,
        **summarize(answers.labels, probabilities),
        "abstained": sum(answers.left_out.values()),
        "abstained_by": answers.left_out,
        "ci95": intervals(answers.labels, probabilities.argmax(axis=1), answers.lesions),
    }


def _reasons(
    classifier: AkidaClassifier,
    photos: Sequence[np.ndarray],
    inputs: np.ndarray,
    logits: np.ndarray,
) -> np.ndarray:
    """(N,) strings: the first of `REASONS` that holds for each photo, else `ANSWERED`."""
    spoilt = np.array([not assess(photo).ok for photo in photos])
    foreign = ~classifier.passes_gate(inputs)
    probabilities = softmax(logits, classifier.entry.temperature)
    unsure = probabilities.max(axis=1) < classifier.entry.abstain_below
    return np.select([spoilt, foreign, unsure], REASONS, ANSWERED)


def _read(image: LabelledImage) -> np.ndarray:
    try:
        return read_image(image.path)
    except ImageError as error:
        raise ImageError(f"{image.path.name}: {error}") from None


def _batches(images: Sequence[LabelledImage]) -> Iterable[Sequence[LabelledImage]]:
    return (images[start : start + BATCH] for start in range(0, len(images), BATCH))
