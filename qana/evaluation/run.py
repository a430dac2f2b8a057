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
    probabilities = softmax(np.concatenate(logits), classifier.entry.temperature)
    lesions = [image.lesion_id for image in kept]
    return {
        "model": classifier.name,
        "backend": classifier.backend,
        **summarize(labels, probabilities),
        "abstained": len(images) - len(kept),
        "ci95": intervals(labels, probabilities.argmax(axis=1), lesions),
    }


def _read(image: LabelledImage) -> np.ndarray:
    try:
        return read_image(image.path)
    except ImageError as error:
        raise ImageError(f"{image.path.name}: {error}") from None


def _batches(images: Sequence[LabelledImage]) -> Iterable[Sequence[LabelledImage]]:
    return (images[start : start + BATCH] for start in range(0, len(images), BATCH))
