"""How well a head does on photos that nobody teaches: the fixed subset of test lesions.

Lessons are training lesions, so no lesion is on both sides. The photos' spikes are made once; a
head is then scored in milliseconds, which is what watching it learn needs.
"""

from dataclasses import dataclass, field

import numpy as np

from qana.classes import LABELS
from qana.data.balanced_subset import load_balanced_subset
from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head import Head
from qana.edge_learning.recognition_scores import score_predictions


@dataclass(frozen=True)
class HeldOutPhotos:
    """Attributes:
    photos: (N, S, S, 3) uint8.
    labels: (N,) int64 indices into `qana.classes.LABELS`.
    spikes: (N, 1, 1, K) uint8, 0 or 1: what the head reads of them.
    """

    photos: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    spikes: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class HeldOutScores:
    """What a head makes of the held-out photos.

    Attributes:
        answers: (N,) names of classes, in the order of the photos.
        recognized: (7,) int64, photos of each class of HAM10000 that were called so; 0 for a class
            that the head does not have.
        photos: (7,) int64, how many there are of each.
        balanced_accuracy: 0 to 1, over the photos of those of the seven classes that the head has;
            None where it has none of them.
    """

    answers: tuple[str, ...]
    recognized: np.ndarray
    photos: np.ndarray
    balanced_accuracy: float | None


def load_held_out_photos(model: EdgeModel) -> HeldOutPhotos:
    """The subset, with the spikes that this model's network makes of it; takes seconds."""
    photos, labels = load_balanced_subset()
    inputs = np.concatenate([model.to_inputs(photo) for photo in photos])
    return HeldOutPhotos(photos, labels, model.compute_spikes(inputs))


def score_head(model: EdgeModel, head: Head, held_out: HeldOutPhotos) -> HeldOutScores:
    """Asks a head about every held-out photo.

    Args:
        model: that the head and the spikes belong to.
        head: with any classes.
        held_out: from `load_held_out_photos` of the same model.

    Raises:
        HeadError: the head was made for another learning rule.
    """
    places = model.spike_engine.recognize(head, held_out.spikes).argmax(axis=1)
    answers = tuple(head.classes[place] for place in places)
    # A class of the visitor's own is none of the seven: -1, which no photo is labelled.
    predicted = np.array([LABELS.index(name) if name in LABELS else -1 for name in answers])
    labels = held_out.labels
    known = np.isin(labels, [LABELS.index(name) for name in head.classes if name in LABELS])
    balanced = None
    if known.any():
        balanced = score_predictions(predicted[known], labels[known], len(LABELS)).balanced_accuracy
    return HeldOutScores(
        answers,
        recognized=np.bincount(labels[predicted == labels], minlength=len(LABELS)),
        photos=np.bincount(labels, minlength=len(LABELS)),
        balanced_accuracy=balanced,
    )
