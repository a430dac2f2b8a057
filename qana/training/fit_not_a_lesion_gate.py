"""Fits the gate of a model: lesions on one side, on the other what is no lesion."""

import random
from collections.abc import Callable, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from qana.classes import LABELS
from qana.data.arrays import encode_labels, load_inputs
from qana.data.ham10000 import Photo
from qana.data.plain_skin import crop_plain_skin
from qana.imaging import to_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.gate import Gate, take_roots
from qana.training.synthetic_outliers import FAMILIES, generate_outliers

LESIONS_PER_CLASS = 400
"""Training photos of each class, at most: more changed nothing on validation but the time."""
SKIN_PATCHES = 1000
"""Corners of training photos, at most."""
IMAGES_PER_FAMILY = 300
"""Pictures drawn of each family."""
SEED = 1
INVERSE_PENALTY = 0.01
"""Inverse of the L2 penalty on standardized roots (scikit-learn's C). On validation photos 0.01 to
0.1 did alike, also on a family of pictures that was left out of the fit."""
LESION_PASS_RATE = 0.975
"""Share of the validation lesions that must pass."""


def fit_gate(
    lesions: np.ndarray, labels: np.ndarray, outliers: dict[str, np.ndarray], held_out: np.ndarray
) -> Gate:
    """A logistic regression of lesions against outliers, with a threshold for held-out lesions.

    Outlier exposure (Hendrycks, Mazeika and Dietterich, ICLR 2019) on the activations of a trained
    network. Both sides weigh the same, as do the classes of the one, so that rare lesions are not
    turned away for being rare, and the families of the other.

    Args:
        lesions: (N, F) integers that enter the last dense layer, of training lesions.
        labels: (N,) integers, their classes.
        outliers: family to (M, F) integers, likewise, of pictures without a lesion; M >= 1.
        held_out: (K, F), of validation lesions, K >= 1: `LESION_PASS_RATE` of them pass.
    """
    features = take_roots(np.concatenate([lesions, *outliers.values()]))
    is_lesion = np.arange(len(features)) < len(lesions)
    families = np.repeat(list(outliers), [len(found) for found in outliers.values()])
    weight = np.concatenate([_weigh_equally(labels), _weigh_equally(families)]) * len(lesions)
    scaler = StandardScaler().fit(features)
    regression = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000)
    regression.fit(scaler.transform(features), is_lesion, sample_weight=weight)
    # The standardization is folded in, so the gate is one product.
    weights = regression.coef_[0] / scaler.scale_
    bias = float(regression.intercept_[0] - scaler.mean_ @ weights)
    scores = np.sort(take_roots(held_out) @ weights + bias)
    return Gate(weights, bias, threshold=float(scores[int((1 - LESION_PASS_RATE) * len(scores))]))


def _weigh_equally(groups: np.ndarray) -> np.ndarray:
    """(N,) weights that sum to 1, and to the same within every group."""
    _, group, count = np.unique(groups, return_inverse=True, return_counts=True)
    return 1 / count[group] / len(count)


def fit_gate_from_photos(
    classifier: AkidaClassifier,
    train: Sequence[Photo],
    held_out: np.ndarray,
    progress: Callable[[str], None],
) -> Gate:
    """The gate of one model, from training photos and drawn pictures alone.

    Args:
        classifier: whose activations count; its own gate, if any, plays no part.
        train: training photos. Skin is learned from those whose outline leaves a corner free.
        held_out: (K, F) integers, as `fit_gate` takes them.
        say: takes one line of progress.
    """
    shuffled = random.Random(SEED).sample(list(train), len(train))
    chosen = [
        photo
        for label in LABELS
        for photo in [photo for photo in shuffled if photo.label == label][:LESIONS_PER_CLASS]
    ]
    count = min(IMAGES_PER_FAMILY, len(train))
    progress(f"Gate: {len(chosen)} lesions against {count} pictures each of what is none")
    pictures = {family: generate_outliers(family, count, SEED) for family in FAMILIES}
    skin = crop_plain_skin(shuffled, SKIN_PATCHES)
    if skin:
        pictures["skin"] = skin
    size = classifier.input_size
    outliers = {
        family: classifier.features(np.stack([to_input(picture, size) for picture in found]))
        for family, found in pictures.items()
    }
    lesions = classifier.features(load_inputs(chosen, size))
    return fit_gate(lesions, encode_labels(chosen), outliers, held_out)
