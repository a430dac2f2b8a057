"""Fits the gate of a model: the weights and the threshold that reject a photo without a lesion."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from qana.classes import LABELS
from qana.data.arrays import encode_labels, load_inputs
from qana.data.outlier_photos import OutlierPhoto, group_by_kind
from qana.data.photo import DERMOSCOPIC, Photo
from qana.data.plain_skin import crop_plain_skin
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.gate import Gate, take_roots
from qana.training import ProgressCallback
from qana.training.gate_thresholds import (
    ENLARGED_SOURCES,
    FIELD_PASS_RATE,
    choose_gate_threshold,
    find_quantile_score,
)
from qana.training.gate_views import cut_to_circles, make_views
from qana.training.outlier_squares import crop_inputs, load_outlier_squares
from qana.training.subsets import encode_groups
from qana.training.synthetic_outliers import FAMILIES, generate_outliers

LESIONS_PER_CLASS = 400
"""Largest number of training photos of a class, of each source and image type. More photos took
longer and gave the same result on validation."""
SKIN_PATCHES = 1000
"""Largest number of skin patches, cut from corners of training photos."""
IMAGES_PER_FAMILY = 300
"""Number of generated pictures of each outlier family."""
SKIN, PHOTOGRAPHS = "skin", "photographs of "
"""Name of the family of plain skin, and the first words of the names of those of photographs."""
SEED = 1
INVERSE_PENALTY = 0.05
"""Inverse of the L2 penalty on standardized roots (scikit-learn's C). Each kind of photograph of
the fit was left out in turn, at equal pass rates of validation lesions. From 0.01 to 0.05 fewer
of them pass, above all in lit fields, and up to 0.3 about as few."""


@dataclass(frozen=True)
class Lesions:
    """Photos of lesions and what a network computes for them.

    Attributes:
        photos: N photos, N >= 1, each of one of the seven classes.
        features: (N, F) integers that enter the last dense layer.
    """

    photos: Sequence[Photo]
    features: np.ndarray


def fit_gate(
    lesions: Lesions,
    outliers: dict[str, np.ndarray],
    held_out: Lesions,
    in_fields: Lesions | None = None,
) -> Gate:
    """Fits a logistic regression of lesions against outliers, and its thresholds.

    Lesions and outliers have the same total weight. All sources and image types of the lesions have
    equal weights, so that none dominates. Within each, the classes have equal weights, so that rare
    classes are not rejected for being rare. Generated pictures, plain skin and photographs have
    equal weights, and so have the families within each of these groups. Without that, plain skin
    would hardly count beside many kinds of photographs.

    Source: outlier exposure (Hendrycks, Mazeika and Dietterich, ICLR 2019), applied to the
    activations of a trained network.

    Args:
        lesions: training lesions.
        outliers: family name to (M, F) integers, the same activations for M >= 1 pictures without
            a lesion.
        held_out: validation lesions, which set the threshold, see `choose_gate_threshold`.
        in_fields: validation lesions in lit fields, which set the threshold there. None asks as
            much of them as of other photos.

    Returns:
        The gate. Its score is the log-odds of "a lesion".
    """
    count = len(lesions.features)
    features = take_roots(np.concatenate([lesions.features, *outliers.values()]))
    is_lesion = np.arange(len(features)) < count
    families = np.repeat(list(outliers), [len(found) for found in outliers.values()])
    weight = np.concatenate([_weigh_lesions(lesions.photos), weigh_families(families)]) * count
    scaler = StandardScaler().fit(features)
    regression = LogisticRegression(C=INVERSE_PENALTY, max_iter=1000)
    regression.fit(scaler.transform(features), is_lesion, sample_weight=weight)
    # The gate includes the standardization, so that a score is one product.
    weights = regression.coef_[0] / scaler.scale_
    bias = float(regression.intercept_[0] - scaler.mean_ @ weights)

    def score(found: Lesions) -> np.ndarray:
        return take_roots(found.features) @ weights + bias

    threshold = choose_gate_threshold(score(held_out), held_out.photos)
    in_field = threshold
    if in_fields is not None:
        in_field = find_quantile_score(score(in_fields), in_fields.photos, FIELD_PASS_RATE)
    return Gate(weights, bias, threshold, min(threshold, in_field))


def _weigh_lesions(photos: Sequence[Photo]) -> np.ndarray:
    """Returns (N,) weights that sum to 1: the same for each source, and for each class in it."""
    sources, labels = encode_groups(photos), encode_labels(photos)
    weights = np.empty(len(photos))
    for source in np.unique(sources):
        members = sources == source
        weights[members] = _weigh_equally(labels[members])
    return weights / len(np.unique(sources))


def weigh_families(families: np.ndarray) -> np.ndarray:
    """Weighs pictures without a lesion by their families.

    Args:
        families: (M,) names of families.

    Returns:
        (M,) weights that sum to 1: the same sum for plain skin, for photographs and for generated
        pictures, and within each of these the same for each family.
    """
    groups = np.array(
        [SKIN if one == SKIN else one.startswith(PHOTOGRAPHS) for one in families], dtype=str
    )
    weights = np.empty(len(families))
    for group in np.unique(groups):
        members = groups == group
        weights[members] = _weigh_equally(families[members])
    return weights / len(np.unique(groups))


def _weigh_equally(groups: np.ndarray) -> np.ndarray:
    """Returns (N,) weights that sum to 1, with the same sum for each group."""
    _, group, count = np.unique(groups, return_inverse=True, return_counts=True)
    return 1 / count[group] / len(count)


def fit_gate_from_photos(
    classifier: AkidaClassifier,
    train: Sequence[Photo],
    held_out: Lesions,
    progress: ProgressCallback,
    photographs: Sequence[OutlierPhoto] = (),
) -> Gate:
    """Fits the gate of a model with training photos and pictures without a lesion.

    Args:
        classifier: computes the activations. Its own gate is not used.
        train: training photos. Skin patches are cut from photos with a corner outside the lesion.
        held_out: validation lesions, as in `fit_gate`.
        progress: receives lines of text.
        photographs: photographs without a lesion. Each kind is an outlier family of its own,
            besides the generated ones. Their centres in lit circles join them.

    Returns:
        The gate.

    Raises:
        ImageError: a photo cannot be read.
    """
    shuffled = random.Random(SEED).sample(list(train), len(train))
    chosen = _choose_lesions(shuffled)
    count = min(IMAGES_PER_FAMILY, len(train))
    progress(f"Gate: fitting {len(chosen)} lesions against {count} pictures of each outlier family")
    pictures = {family: generate_outliers(family, count, SEED) for family in FAMILIES}
    skin = crop_plain_skin(shuffled, SKIN_PATCHES)
    if skin:
        pictures[SKIN] = skin
    size = classifier.input_size

    def compute(images: Iterable[np.ndarray]) -> np.ndarray:
        return classifier.features(crop_inputs(images, size)[0])

    outliers = {family: compute(found) for family, found in pictures.items()}
    if photographs:
        progress(f"Gate: adding {len(photographs)} photographs without a lesion")
    for kind, found in group_by_kind(photographs).items():
        squares, _ = load_outlier_squares(found, size)
        circles = compute(cut_to_circles(read_image(one.path) for one in found))
        outliers[f"{PHOTOGRAPHS}{kind}"] = np.concatenate([classifier.features(squares), circles])
    viewed = [photo for photo in chosen if photo.source not in ENLARGED_SOURCES][::2]
    progress(f"Gate: adding {len(viewed)} lesions, enlarged or in a lit circle")
    features = [classifier.features(load_inputs(chosen, size))]
    if viewed:
        features.append(compute(make_views(viewed)))
    lesions = Lesions([*chosen, *viewed], np.concatenate(features))
    return fit_gate(lesions, outliers, held_out, _cut_held_out(held_out.photos, classifier))


def _cut_held_out(photos: Sequence[Photo], classifier: AkidaClassifier) -> Lesions | None:
    """Cuts validation lesions to lit circles: photos through a dermatoscope of ordinary size."""
    seen = [
        one
        for one in photos
        if one.image_type == DERMOSCOPIC and one.source not in ENLARGED_SOURCES
    ]
    if not seen:
        return None
    circles = cut_to_circles(read_image(one.path) for one in seen)
    inputs, in_lit_field = crop_inputs(circles, classifier.input_size)
    if not in_lit_field.any():
        return None
    found = [one for one, is_found in zip(seen, in_lit_field, strict=True) if is_found]
    return Lesions(found, classifier.features(inputs[in_lit_field]))


def _choose_lesions(shuffled: Sequence[Photo]) -> list[Photo]:
    """Chooses the first photos of each class, of each source and image type."""
    groups = encode_groups(shuffled)
    sources = [
        [photo for photo, group in zip(shuffled, groups, strict=True) if group == number]
        for number in range(groups.max() + 1)
    ]
    return [
        photo
        for source in sources
        for label in LABELS
        for photo in [photo for photo in source if photo.label == label][:LESIONS_PER_CLASS]
    ]
