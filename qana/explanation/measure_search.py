"""Measures the search of similar cases on test lesions, and other features beside it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from qana.data.arrays import encode_labels
from qana.data.photo import Photo
from qana.evaluation.answer_photos import answer_photos
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
from qana.inference.classifier import AkidaClassifier

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
    answered = {
        name: answer_photos(classifier, [photo.path for photo in part])
        for name, part in subsets.items()
    }
    labels = {name: encode_labels(part) for name, part in subsets.items()}
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
        name: (labels[name], one.probabilities, count_votes(found[name][0], cases.labels))
        for name, one in answered.items()
    }
    answers = answered["test"]
    called = answers.probabilities.argmax(axis=1)
    return {
        "neighbours": rows,
        "means": means,
        "within_float": means["akida"]["5"] >= means["float"]["5"] - MOST_BEHIND,
        "wrong_answers": describe_wrong_answers(
            labels["test"], called, nearest, distances, cases.labels
        ),
        "votes": measure_votes(
            data["validation"], data["test"], np.array([photo.group_id for photo in test])
        ),
    }
