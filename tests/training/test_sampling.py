"""Sampling of training photos by class and by source."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qana.data.photo import Photo
from qana.training.recipe import Recipe
from qana.training.sampling import choose_balance, compute_sampling_weights

LABELS = np.array([0] * 80 + [1] * 20 + [0] * 5 + [1] * 5)
GROUPS = np.array([0] * 100 + [1] * 10)


def measure_share(weights: np.ndarray, chosen: np.ndarray) -> float:
    return float(weights[chosen].sum())


def test_without_balance_all_photos_are_alike() -> None:
    weights = compute_sampling_weights(LABELS, GROUPS, 0.0, 0.0)
    np.testing.assert_allclose(weights, 1 / len(LABELS))


def test_group_balance_samples_all_sources_alike() -> None:
    weights = compute_sampling_weights(LABELS, GROUPS, 0.0, 1.0)
    assert measure_share(weights, GROUPS == 1) == pytest.approx(0.5)
    halfway = compute_sampling_weights(LABELS, GROUPS, 0.0, 0.5)
    assert measure_share(halfway, GROUPS == 1) == pytest.approx(10**0.5 / (10**0.5 + 10))


@pytest.mark.parametrize("group", [0, 1])
def test_class_balance_holds_within_each_source(group: int) -> None:
    weights = compute_sampling_weights(LABELS, GROUPS, 1.0, 0.5)
    classes = [measure_share(weights, (group == GROUPS) & (label == LABELS)) for label in (0, 1)]
    assert classes[0] == pytest.approx(classes[1])


def test_one_group_gives_the_balance_by_class_alone() -> None:
    weights = compute_sampling_weights(LABELS, np.zeros_like(LABELS), 0.5, 1.0)
    expected = np.bincount(LABELS)[LABELS].astype(float) ** -0.5
    np.testing.assert_allclose(weights, expected / expected.sum())


def test_other_sources_have_a_balance_of_their_own() -> None:
    photo = Photo("a", "a", "nv", "", None, "unknown", "", Path("a.jpg"), None)
    photos = [photo, replace(photo, source="milk10k")]
    recipe = Recipe("one", balance=0.5)
    assert choose_balance(photos, recipe) == 0.5
    both = choose_balance(photos, replace(recipe, source_balance=1.0))
    np.testing.assert_array_equal(both, [0.5, 1.0])
    balances = np.where(GROUPS == 1, 1.0, 0.0)
    labels = np.array([0] * 80 + [1] * 20 + [0] * 8 + [1] * 2)
    weights = compute_sampling_weights(labels, GROUPS, balances, 0.0)
    shares = [measure_share(weights, (g == GROUPS) & (labels == 1)) for g in (0, 1)]
    assert shares[0] == pytest.approx(20 / 110)
    assert shares[1] == pytest.approx(5 / 110)
