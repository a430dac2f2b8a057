"""Sources count alike, and photos of one source count as they did before there were several."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qana.data.photo import CLOSE_UP, Photo
from qana.evaluation.fit_temperature import fit_temperature
from qana.evaluation.selective_prediction import choose_confidence_threshold
from qana.training.source_weights import select_compared, weigh_sources_alike

HAM = Photo("a", "a", "nv", "histo", None, "male", "back", Path("a.jpg"), None)
MILK = replace(HAM, source="milk10k")
MIXED = [HAM, HAM, HAM, MILK, replace(MILK, image_type=CLOSE_UP)]


def make_probabilities(tops: list[float]) -> np.ndarray:
    probabilities = np.full((len(tops), 7), 0.01)
    probabilities[:, 0] = tops
    return probabilities


def test_each_source_and_image_type_has_the_same_weight() -> None:
    weights = weigh_sources_alike(MIXED)
    np.testing.assert_allclose(weights, [5 / 9, 5 / 9, 5 / 9, 5 / 3, 5 / 3])
    assert weights.mean() == pytest.approx(1)
    assert (weigh_sources_alike([HAM] * 7) == 1).all()


def test_models_are_compared_on_ham10000_alone() -> None:
    assert select_compared(MIXED) == [HAM] * 3
    assert select_compared([MILK]) == [MILK]


def test_temperature_of_equal_weights_is_the_same_and_of_a_heavy_source_its_own() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(0, 4, (300, 7))
    labels = np.where(np.arange(300) < 200, logits.argmax(axis=1), random.integers(0, 7, 300))
    assert fit_temperature(logits, labels, np.ones(300)) == fit_temperature(logits, labels)
    heavy = np.where(np.arange(300) < 200, 1e-3, 1.0)  # the last 100 labels are random
    assert fit_temperature(logits, labels, heavy) > 2 * fit_temperature(logits, labels)


@pytest.mark.parametrize("count", [1, 7, 1004, 1015])
def test_threshold_of_equal_weights_is_the_same(count: int) -> None:
    tops = np.random.default_rng(count).uniform(0.2, 1, count)
    probabilities = make_probabilities(list(tops))
    expected = np.sort(tops)[::-1][max(1, round(0.9 * count)) - 1]
    assert choose_confidence_threshold(probabilities, 0.9) == expected
    assert choose_confidence_threshold(probabilities, 0.9, np.ones(count)) == expected


def test_threshold_of_several_sources_covers_them_alike() -> None:
    # The two photos of one source weigh as much as the eight of another one.
    probabilities = make_probabilities([0.9] * 8 + [0.5, 0.4])
    weights = np.array([10 / 16] * 8 + [10 / 4] * 2)
    assert choose_confidence_threshold(probabilities, 0.8) == 0.9
    assert choose_confidence_threshold(probabilities, 0.7, weights) == 0.5
    assert choose_confidence_threshold(probabilities, 1.0, weights) == 0.4
