"""Fits the gate of a model: the weights and the threshold that reject a photo without a lesion."""

import random
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from qana.classes import LABELS
from qana.data.arrays import encode_labels, load_inputs
from qana.data.photo import Photo
from qana.data.plain_skin import crop_plain_skin
from qana.imaging import to_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.gate import Gate, take_roots
from qana.training import ProgressCallback
from qana.training.synthetic_outliers import FAMILIES, generate_outliers

LESIONS_PER_CLASS = 400
"""Largest number of training photos of a class. More photos took longer and gave the same result on
validation."""
SKIN_PATCHES = 1000
"""Largest number of skin patches, cut from corners of training photos."""
IMAGES_PER_FAMILY = 300
"""Number of generated pictures of each outlier family."""
SEED = 1
INVERSE_PENALTY = 0.01
"""Inverse of the L2 penalty on standardized roots (scikit-learn's C). Values from 0.01 to 0.1 gave
the same result on validation photos, and also on an outlier family that was left out of the fit."""
LESION_PASS_RATE = 0.975
"""Share of the validation lesions that must pass. It sets the threshold."""


def fit_gate(
    lesions: np.ndarray, labels: np.ndarray, outliers: dict[str, np.ndarray], held_out: np.ndarray
) -> Gate:
    """Fits a logistic regression of lesions against outliers, and its threshold.

    Lesions and outliers have the same total weight. The classes of the lesions have equal weights,
    so that rare classes are not rejected for being rare, and so have the families of the outliers.

    Source: outlier exposure (Hendrycks, Mazeika and Dietterich, ICLR 2019), applied to the
    activations of a trained network.

    Args:
        lesions: (N, F) integers that enter the last dense layer, for training lesions.
        labels: (N,) integers, the classes of the lesions.
        outliers: family name to (M, F) integers, the same activations for M >= 1 pictures without
            a lesion.
        held_out: (K, F) integers, the same activations for K >= 1 validation lesions. The threshold
            is the largest one that `LESION_PASS_RATE` of them pass.

    Returns:
        The gate. Its score is the log-odds of "a lesion".
    """
    features = take_roots(np.concatenate([lesions, *outliers.values()]))
    is_lesion = np.arange(len(features)) < len(lesions)
    families = np.repeat(list(outliers), [len(found) for found in outliers.values()])
    weight = np.concatenate([_weigh_equally(labels), _weigh_equally(families)]) * len(lesions)
    scaler = StandardScaler().fit(features)
    regression = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000)
    regression.fit(scaler.transform(features), is_lesion, sample_weight=weight)
    # The gate includes the standardization, so that a score is one product.
    weights = regression.coef_[0] / scaler.scale_
    bias = float(regression.intercept_[0] - scaler.mean_ @ weights)
    scores = np.sort(take_roots(held_out) @ weights + bias)
    threshold = scores[int((1 - LESION_PASS_RATE) * len(scores))]
    return Gate(weights, bias, threshold=float(threshold))


def _weigh_equally(groups: np.ndarray) -> np.ndarray:
    """Returns (N,) weights that sum to 1, with the same sum for each group."""
    _, group, count = np.unique(groups, return_inverse=True, return_counts=True)
    return 1 / count[group] / len(count)


def fit_gate_from_photos(
    classifier: AkidaClassifier,
    train: Sequence[Photo],
    held_out: np.ndarray,
    progress: ProgressCallback,
) -> Gate:
    """Fits the gate of a model with training photos and generated pictures.

    Args:
        classifier: computes the activations. Its own gate is not used.
        train: training photos. Skin patches are cut from photos with a corner outside the lesion.
        held_out: (K, F) integers, as in `fit_gate`.
        progress: receives one line of text.

    Returns:
        The gate.

    Raises:
        ImageError: a photo cannot be read.
    """
    shuffled = random.Random(SEED).sample(list(train), len(train))
    chosen = [
        photo
        for label in LABELS
        for photo in [photo for photo in shuffled if photo.label == label][:LESIONS_PER_CLASS]
    ]
    count = min(IMAGES_PER_FAMILY, len(train))
    progress(f"Gate: fitting {len(chosen)} lesions against {count} pictures of each outlier family")
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
