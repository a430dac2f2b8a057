"""A classifier over a labelled folder: the one evaluation that every reported number is from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Answers:
    """What a classifier said of labelled images.

    Attributes:
        images: those that were answered, N >= 1.
        labels: (N,) int64, indices into `qana.labels.LABELS`.
        logits: (N, 7) float32.
        left_out: images that the quality check turned away.
    """

    images: Sequence[LabelledImage]
    labels: np.ndarray
    logits: np.ndarray
    left_out: int

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
        abstain: leave out the photos that the quality check turns away, and count them.

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
    kept, logits = [], []
    for batch in _batches(images):
        photos = [_read(image) for image in batch]
        chosen = [not abstain or assess(photo).ok for photo in photos]
        kept += [image for image, keep in zip(batch, chosen, strict=True) if keep]
        inputs = [
            to_input(photo, classifier.input_size)
            for photo, keep in zip(photos, chosen, strict=True)
            if keep
        ]
        if inputs:
            logits.append(classifier.logits(np.stack(inputs)))
    if not kept:
        raise UserError("The quality check turns away every image: leave --abstain out.")
    labels = np.array([LABELS.index(image.label) for image in kept])
    return Answers(kept, labels, np.concatenate(logits), len(images) - len(kept))


def judge(classifier: AkidaClassifier, answers: Answers) -> dict[str, object]:
    """The document of `evaluate` from answers that are already there."""
    probabilities = softmax(answers.logits, classifier.entry.temperature)
    return {
        "model": classifier.name,
        "backend": classifier.backend,
        **summarize(answers.labels, probabilities),
        "abstained": answers.left_out,
        "ci95": intervals(answers.labels, probabilities.argmax(axis=1), answers.lesions),
    }


def _read(image: LabelledImage) -> np.ndarray:
    try:
        return read_image(image.path)
    except ImageError as error:
        raise ImageError(f"{image.path.name}: {error}") from None


def _batches(images: Sequence[LabelledImage]) -> Iterable[Sequence[LabelledImage]]:
    return (images[start : start + BATCH] for start in range(0, len(images), BATCH))
