"""Fits and measures the read-outs of named features."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score, roc_curve

from qana.data.drawn_artefacts import ARTEFACTS
from qana.data.photo import Photo
from qana.evaluation.roc import compute_auc_interval
from qana.evaluation.source_scores import group_by_source
from qana.explanation.concept_labels import CONCEPT_LABELS, UPPER_QUARTER, ConceptLabel
from qana.explanation.concepts import Concept, ConceptTest, ReadOuts
from qana.explanation.measure_shortcut import LEAST_PHOTOS, measure_shortcut
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.events import read_features
from qana.inference.gate import take_roots
from qana.protocols.classified_photos import make_random

PENALTIES = (0.0003, 0.001, 0.003, 0.01, 0.03)
"""Inverse L2 penalties on standardized roots. Validation photos choose among them."""
MOST_DRAWN = 150
"""Photos of each other source on which an artefact is drawn."""
DRAWN_SOURCES = ("ham10000", "pad_ufes_20")
SEED = 20180161


@dataclass(frozen=True, eq=False)
class ReadPhotos:
    """Photos and what the network gives for them.

    Attributes:
        photos: N photos.
        features: (N, F) integers.
        predicted: (N,) answers, as names of classes.
    """

    photos: Sequence[Photo]
    features: np.ndarray
    predicted: np.ndarray


def read_photos(
    classifier: AkidaClassifier, photos: Sequence[Photo], most: int, draw: str | None = None
) -> ReadPhotos:
    """Lets the network read photos.

    Args:
        classifier: the network.
        photos: photos of any sources.
        most: largest number of photos of each source and image type; 0 for all.
        draw: artefact that is drawn on each photo; None for none.

    Raises:
        ImageError: a photo cannot be read.
    """
    chosen: list[Photo] = []
    for indices in group_by_source(photos).values():
        picked = list(indices)
        random.Random(SEED).shuffle(picked)
        chosen += [photos[index] for index in sorted(picked[: most or None])]
    features, predicted = [], []
    for photo in chosen:
        image = read_image(photo.path)
        if draw:
            image = ARTEFACTS[draw](image, make_random(photo))
        prediction = classifier.classify(image)
        features.append(read_features(prediction.outputs).copy())
        predicted.append(prediction.top[0][0])
    return ReadPhotos(chosen, np.stack(features), np.array(predicted))


def fit_concepts(
    classifier: AkidaClassifier,
    subsets: Mapping[str, Sequence[Photo]],
    most: int,
    progress: Callable[[str], None],
) -> tuple[ReadOuts, list[Concept]]:
    """Fits a read-out for each feature of `CONCEPT_LABELS` and measures it on test lesions.

    Args:
        classifier: the network.
        subsets: "train", "validation" and "test" to photos of the sources with labels.
        most: largest number of photos of each source and image type in a subset; 0 for all.
        progress: receives lines of text.

    Returns:
        The weights, and the features in the same order. A feature whose labels are all alike is
        left out.

    Raises:
        ImageError: a photo cannot be read.
    """
    read = {}
    for name, photos in subsets.items():
        progress(f"Reading the {name} photos on {classifier.device}")
        read[name] = read_photos(classifier, photos, most)
    concepts, weights, biases = [], [], []
    for label in CONCEPT_LABELS:
        progress(f"Fitting the read-out of {label.title}")
        fitted = _fit(label, read)
        if fitted is not None:
            concept, weight, bias = fitted
            drawn = _test_drawn(label, classifier, read["test"], weight, bias, most or MOST_DRAWN)
            concepts.append(replace(concept, drawn=drawn))
            weights.append(weight)
            biases.append(bias)
    return ReadOuts(np.array(weights), np.array(biases)), concepts


def _fit(
    label: ConceptLabel, read: Mapping[str, ReadPhotos]
) -> tuple[Concept, np.ndarray, float] | None:
    labelled = {name: _take_labelled(label, part) for name, part in read.items()}
    strengths = labelled["train"][1]
    if not len(strengths):
        return None
    cut = float(np.quantile(strengths, UPPER_QUARTER)) if label.cut is None else label.cut
    sides = {name: strength >= cut for name, (_, strength) in labelled.items()}
    if any(side.all() or not side.any() for side in sides.values()):
        return None
    roots = {name: take_roots(part.features) for name, (part, _) in labelled.items()}
    mean, scale = roots["train"].mean(axis=0), roots["train"].std(axis=0) + 1e-6
    best: tuple[float, np.ndarray, float] | None = None
    for penalty in PENALTIES:
        model = LogisticRegression(C=penalty, class_weight="balanced", max_iter=2000)
        model.fit((roots["train"] - mean) / scale, sides["train"])
        weight = model.coef_[0] / scale
        bias = float(model.intercept_[0] - weight @ mean)
        # Rounded here as the file rounds them, so that the results are those of the file.
        weight = weight.astype(np.float32).astype(np.float64)
        auc = float(roc_auc_score(sides["validation"], roots["validation"] @ weight + bias))
        if best is None or auc > best[0]:
            best = auc, weight, bias
    assert best is not None
    _, weight, bias = best
    threshold = _choose_threshold(sides["validation"], roots["validation"] @ weight + bias)
    test, _ = labelled["test"]
    scores = roots["test"] @ weight + bias
    concept = Concept(
        label.name,
        label.title,
        label.origin,
        threshold,
        _test(test.photos, sides["test"], scores),
        [],
        measure_shortcut(test.photos, test.predicted, scores >= threshold)
        if label.beside
        else None,
    )
    return concept, weight, bias


def _take_labelled(label: ConceptLabel, part: ReadPhotos) -> tuple[ReadPhotos, np.ndarray]:
    """Takes the photos that have a label, and the strength of the feature on each."""
    strengths = [
        label.measure(photo) if photo.source == label.source else None for photo in part.photos
    ]
    kept = [index for index, strength in enumerate(strengths) if strength is not None]
    chosen = ReadPhotos(
        [part.photos[index] for index in kept], part.features[kept], part.predicted[kept]
    )
    return chosen, np.array([strengths[index] for index in kept], np.float64)


def _choose_threshold(positive: np.ndarray, scores: np.ndarray) -> float:
    """Chooses the log-odds with the largest sum of sensitivity and specificity (Youden 1950)."""
    false, true, thresholds = roc_curve(positive, scores)
    return round(float(thresholds[1:][(true - false)[1:].argmax()]), 6)


def _test(photos: Sequence[Photo], positive: np.ndarray, scores: np.ndarray) -> list[ConceptTest]:
    found = []
    for (source, image_type), indices in group_by_source(photos).items():
        side = positive[indices]
        if min(side.sum(), (~side).sum()) < LEAST_PHOTOS:
            continue
        groups = np.array([photos[index].group_id for index in indices])
        low, high = compute_auc_interval(side, scores[indices], groups)
        auc = float(roc_auc_score(side, scores[indices]))
        found.append(
            ConceptTest(
                source,
                image_type,
                len(indices),
                int(side.sum()),
                round(auc, 4),
                (round(low, 4), round(high, 4)),
            )
        )
    return found


def _test_drawn(
    label: ConceptLabel,
    classifier: AkidaClassifier,
    read: ReadPhotos,
    weight: np.ndarray,
    bias: float,
    most: int,
) -> list[ConceptTest]:
    """Tests a read-out on photos of other sources, each with and without the drawn feature."""
    if label.artefact is None:
        return []
    others = [photo for photo in read.photos if photo.source in DRAWN_SOURCES]
    if not others:
        return []
    plain = read_photos(classifier, others, most)
    changed = read_photos(classifier, others, most, label.artefact)
    features = np.concatenate([plain.features, changed.features])
    side = np.arange(len(features)) >= len(plain.photos)
    photos = [*plain.photos, *changed.photos]
    return _test(photos, side, take_roots(features) @ weight + bias)
