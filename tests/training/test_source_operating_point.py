"""The operating point of a network that is trained on several sources."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from qana.classes import LABELS
from qana.data.photo import CLOSE_UP, Photo
from qana.evaluation.source_scores import evaluate_sources
from qana.training.operating_point import OperatingPoint
from qana.training.source_operating_point import (
    MELANOMA_RECALL,
    find_source_operating_point,
)

MEL, NV = LABELS.index("mel"), LABELS.index("nv")


def make_photos(labels: np.ndarray) -> list[Photo]:
    """Makes photos of two sources, by turns."""
    base = Photo("", "", None, "", None, "unknown", "", Path("none.jpg"), None)
    return [
        replace(
            base,
            image_id=str(number),
            lesion_id=str(number),
            label=LABELS[label],
            **({"source": "milk10k", "image_type": CLOSE_UP} if number % 2 else {}),
        )
        for number, label in enumerate(labels)
    ]


def make_logits(labels: np.ndarray, favoured: int, by: float, seed: int = 0) -> np.ndarray:
    """Makes noisy logits that favour one class."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 1, (1, len(labels), len(LABELS)))
    logits[0, np.arange(len(labels)), labels] += 2
    logits[..., favoured] += by
    return logits


def test_point_undoes_a_bias_towards_the_common_class() -> None:
    labels = np.random.default_rng(1).integers(0, 7, 400)
    photos, train_labels = make_photos(labels), np.repeat(np.arange(7), [1, 1, 1, 1, 1, 40, 1])
    logits = make_logits(labels, NV, 2.0)
    point = find_source_operating_point(logits, labels, photos, train_labels)
    assert point.strength > 0

    def rate(shift: np.ndarray | float) -> float:
        return evaluate_sources(
            lambda _: logits[0] + shift, photos, np.zeros(len(photos))
        ).criterion

    assert rate(point.compute_shift(train_labels)) > rate(0.0) + 0.02


def test_point_finds_enough_melanomas() -> None:
    labels = np.random.default_rng(2).integers(0, 7, 600)
    photos, train_labels = make_photos(labels), np.arange(7)
    logits = make_logits(labels, MEL, -1.5)
    point = find_source_operating_point(logits, labels, photos, train_labels)
    assert point != OperatingPoint(0.0, 0.0)
    predicted = (logits[0] + point.compute_shift(train_labels)).argmax(axis=1)
    of_source = np.array([photo.source == "ham10000" for photo in photos]) & (labels == MEL)
    assert (predicted[of_source] == MEL).mean() >= MELANOMA_RECALL
