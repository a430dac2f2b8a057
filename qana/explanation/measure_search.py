"""Measures the search of similar cases on test lesions, and other features beside it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from qana.classes import LABELS
from qana.data.photo import Photo
from qana.explanation.compared_features import (
    compute_all,
    make_float_features,
    make_imagenet_features,
)
from qana.explanation.measure_neighbours import (
    compute_mean_shares,
    find_nearest,
    score_neighbours,
)
from qana.explanation.measure_votes import count_votes, describe_wrong_answers, measure_votes
from qana.explanation.reference_cases import ReferenceCases
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.events import read_features

MOST_BEHIND = 0.02
"""How far the share at five cases may be below that of the float features."""


def measure_search(
    cases: ReferenceCases,
    chosen: Sequence[Photo],
    features: np.ndarray,
    classifier: AkidaClassifier,
    subsets: Mapping[str, Sequence[Photo]],
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Measures the search with the features of Akida, of the float network and of ImageNet.

    Args:
        cases: the N reference cases.
        chosen: their photos.
        features: (N, F) integers that `classifier` gives to them.
        classifier: the network.
        subsets: "validation" and "test" to photos with a label.
        progress: receives lines of text.

    Returns:
        Content of models/NAME.cases.json:

        - neighbours: kind of features ("akida", "float", "imagenet") to rows, see
          `score_neighbours`, and means: the same for the mean shares over the rows.
        - within_float: whether the mean share of Akida at five is at most 2 points below that of
          the float features.
        - wrong_answers, votes: see `describe_wrong_answers` and `measure_votes`.

    Raises:
        ImageError: a photo cannot be read.
        ExplanationError: the model has no float form.
    """
    test, validation = subsets["test"], subsets["validation"]
    progress(f"Classifying {len(test)} test photos and {len(validation)} validation photos")
    answered = {name: _Answers(classifier, part) for name, part in subsets.items()}
    found = {name: find_nearest(one.features, features) for name, one in answered.items()}
    rows = {"akida": score_neighbours(test, found["test"][0], cases.labels)}
    makers = {
        "float": lambda: make_float_features(classifier.entry),
        "imagenet": make_imagenet_features,
    }
    for kind, make in makers.items():
        progress(f"Computing the {kind} features of {len(chosen) + len(test)} photos")
        function = make()
        theirs = compute_all(function, [photo.path for photo in chosen])
        own = compute_all(function, [photo.path for photo in test])
        rows[kind] = score_neighbours(test, find_nearest(own, theirs)[0], cases.labels)
    means = {kind: compute_mean_shares(part) for kind, part in rows.items()}
    nearest, distances = found["test"]
    data = {
        name: (one.labels, one.probabilities, count_votes(found[name][0], cases.labels))
        for name, one in answered.items()
    }
    answers = answered["test"]
    called = answers.probabilities.argmax(axis=1)
    return {
        "neighbours": rows,
        "means": means,
        "within_float": means["akida"]["5"] >= means["float"]["5"] - MOST_BEHIND,
        "wrong_answers": describe_wrong_answers(
            answers.labels, called, nearest, distances, cases.labels
        ),
        "votes": measure_votes(
            data["validation"], data["test"], np.array([photo.group_id for photo in test])
        ),
    }


class _Answers:
    """Answers of the network to photos.

    Attributes:
        labels: (M,) recorded classes.
        probabilities: (M, 7).
        features: (M, F) integers.
    """

    def __init__(self, classifier: AkidaClassifier, photos: Sequence[Photo]) -> None:
        probabilities, features = [], []
        for photo in photos:  # the integers of all layers take megabytes for each photo
            answer = classifier.classify(read_image(photo.path))
            probabilities.append(answer.probabilities)
            features.append(read_features(answer.outputs).copy())
        self.labels = np.array([LABELS.index(photo.known_label) for photo in photos])
        self.probabilities, self.features = np.stack(probabilities), np.stack(features)
