"""Intervals over lesions against the binomial, and their coverage."""

import time

import numpy as np
import pytest

from qana.evaluation.bootstrap import compute_intervals, compute_share_interval
from qana.evaluation.metrics import score_probabilities
from qana.evaluation.scores import Interval
from qana.inference.temperature import softmax

NAMES = ("accuracy", "balanced_accuracy", "macro_f1")


def made_up(count: int, classes: int = 7, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes labels, and probabilities that favour them."""
    random = np.random.default_rng(seed)
    labels = random.integers(classes, size=count)
    logits = random.normal(size=(count, 7)) + 1.5 * np.eye(7)[labels]
    return labels, softmax(logits)


def width(interval: Interval) -> float:
    return interval[1] - interval[0]


def test_photos_of_one_lesion_widen_the_interval() -> None:
    labels, probabilities = made_up(150)
    predicted = probabilities.argmax(axis=1)
    lesions = np.repeat(np.arange(150), 4)
    copies = np.repeat(labels, 4), np.repeat(predicted, 4)
    by_lesion, by_image = (
        compute_intervals(*copies, lesions),
        compute_intervals(*copies, np.arange(600)),
    )
    for name in NAMES:
        # Four copies tell no more than one: the width is that of 150 photos, twice that of 600.
        assert width(getattr(by_lesion, name)) == pytest.approx(
            2 * width(getattr(by_image, name)), rel=0.2
        )
    alone = compute_intervals(labels, predicted, np.arange(150))
    assert by_lesion.accuracy == pytest.approx(alone.accuracy, abs=0.02)


def test_interval_is_that_of_the_binomial() -> None:
    labels = np.full(400, 5)
    predicted = np.where(np.arange(400) < 300, 5, 4)
    low, high = compute_intervals(labels, predicted, np.arange(400), draws=4000).accuracy
    spread = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert (low, high) == pytest.approx((0.75 - spread, 0.75 + spread), abs=0.005)


def test_interval_covers() -> None:
    random = np.random.default_rng(1)
    trials, hits = 150, 0
    for trial in range(trials):
        # 120 lesions of three photos; a lesion is right or wrong as a whole, at 70 %.
        right = np.repeat(random.random(120) < 0.7, 3)
        labels = np.full(360, 5)
        predicted = np.where(right, 5, 4)
        groups = np.repeat(np.arange(120), 3)
        low, high = compute_intervals(labels, predicted, groups, draws=300, seed=trial).accuracy
        hits += low <= 0.7 <= high
    assert 0.89 <= hits / trials <= 0.99


def test_one_lesion_gives_the_scores_themselves() -> None:
    labels, probabilities = made_up(40, classes=4)
    found = score_probabilities(labels, probabilities)
    drawn = compute_intervals(labels, probabilities.argmax(axis=1), np.zeros(40), draws=3)
    for name in NAMES:
        assert getattr(drawn, name) == pytest.approx([getattr(found, name)] * 2)


def test_seed_decides_and_group_names_do_not() -> None:
    labels, probabilities = made_up(200)
    predicted = probabilities.argmax(axis=1)
    numbers = np.arange(200) // 2
    names = [f"HAM_{number:07d}" for number in numbers]
    first = compute_intervals(labels, predicted, numbers)
    assert first == compute_intervals(labels, predicted, names)
    assert first != compute_intervals(labels, predicted, numbers, seed=1)
    accuracy = (labels == predicted).mean()
    assert first.accuracy[0] < accuracy < first.accuracy[1]


def test_bootstrap_is_fast() -> None:
    labels, probabilities = made_up(2000)
    start = time.process_time()
    compute_intervals(labels, probabilities.argmax(axis=1), np.arange(2000), draws=1000)
    assert time.process_time() - start < 3


def test_bootstrap_refuses_unequal_lengths() -> None:
    for labels, groups in ((np.array([5, 5]), [1]), (np.array([], dtype=int), [])):
        with pytest.raises(ValueError, match="one length"):
            compute_intervals(labels, labels, groups)


def test_the_interval_of_a_share_is_never_a_certainty() -> None:
    low, high = compute_share_interval(np.ones(10, dtype=bool), np.arange(10))
    assert (low, high) == (pytest.approx(0.025 ** (1 / 10)), 1)
    assert compute_share_interval(np.zeros(10, dtype=bool), np.arange(10)) == (
        0,
        pytest.approx(1 - low),
    )
    one_lesion, _ = compute_share_interval(np.ones(10, dtype=bool), np.zeros(10))
    assert one_lesion == pytest.approx(0.025), "ten photos of one lesion are one trial"
    low, high = compute_share_interval(np.arange(200) < 100, np.arange(200))
    assert (low, high) == (pytest.approx(0.43, abs=0.01), pytest.approx(0.57, abs=0.01))
    with pytest.raises(ValueError, match="one length"):
        compute_share_interval(np.array([], dtype=bool), [])
