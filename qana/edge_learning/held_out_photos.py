"""Scores an edge head on held-out photos: the fixed balanced subset of the test lesions.

The photos for learning are training lesions, so no lesion is in both sets. The spikes of the photos
are computed once. Scoring a head then takes milliseconds.
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
    """Photos of the balanced subset, with their spikes.

    Attributes:
        photos: (N, 128, 128, 3) uint8 RGB.
        labels: (N,) int64 indices into `qana.classes.LABELS`.
        spikes: (N, 1, 1, K) uint8, 0 or 1, from the network of one model.
    """

    photos: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    spikes: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class HeldOutScores:
    """Predictions and scores of a head on N held-out photos.

    Attributes:
        answers: (N,) names of the predicted classes, in the order of the photos.
        recognized: (7,) int64, number of correct predictions for each of `qana.classes.LABELS`. It
            is 0 for a class that the head does not have.
        photos: (7,) int64, number of photos of each class.
        balanced_accuracy: 0 to 1, over the classes of `qana.classes.LABELS` that the head has.
            None if it has none of them.
    """

    answers: tuple[str, ...]
    recognized: np.ndarray
    photos: np.ndarray
    balanced_accuracy: float | None


def load_held_out_photos(model: EdgeModel) -> HeldOutPhotos:
    """Loads the balanced subset and computes its spikes, which takes seconds.

    Args:
        model: model to compute the spikes with.

    Returns:
        The photos.
    """
    photos, labels = load_balanced_subset()
    inputs = np.concatenate([model.to_inputs(photo) for photo in photos])
    return HeldOutPhotos(photos, labels, model.compute_spikes(inputs))


def score_head(model: EdgeModel, head: Head, held_out: HeldOutPhotos) -> HeldOutScores:
    """Scores a head on the held-out photos.

    Args:
        model: model that the head and the spikes belong to.
        head: head with any classes.
        held_out: result of `load_held_out_photos` for the same model.

    Returns:
        Predictions and scores.

    Raises:
        HeadError: the head was made for another learning rule.
    """
    places = model.spike_engine.recognize(head, held_out.spikes).argmax(axis=1)
    answers = tuple(head.classes[place] for place in places)
    # -1 stands for a class that the user added: no held-out photo has it.
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
