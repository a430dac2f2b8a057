"""Tests of the search for the hyperparameters of the edge head."""

import numpy as np
import pytest

from qana.classes import LABELS
from qana.edge_learning import choose_settings as search
from qana.edge_learning.choose_settings import SettingScores, choose_settings, score_settings
from qana.edge_learning.feature_maps import LabelledMaps
from qana.edge_learning.recognition_scores import score_predictions
from qana.edge_learning.train_head import HeadSettings, train_head


def make_maps(seed: int, photos: int = 210) -> LabelledMaps:
    """Makes (N, 2, 2, 70) feature maps with ten large features for each class."""
    random = np.random.default_rng(seed)
    labels = np.arange(photos) % len(LABELS)
    maps = random.integers(0, 4, (photos, 2, 2, 70))
    for one, label in zip(maps, labels, strict=True):
        one[..., 10 * label : 10 * label + 10] += random.integers(3, 9)
    return LabelledMaps(maps.astype(np.uint8), labels)


def test_separable_classes_score_high_before_and_after_learning_one_of_them() -> None:
    scores = score_settings(HeadSettings(spikes=512), make_maps(0), make_maps(1), seed=0)
    assert scores.seven_classes.balanced_accuracy > 0.9
    assert scores.after_learning > 0.8
    maps = make_maps(1)
    shuffled = LabelledMaps(maps.maps, np.random.default_rng(2).permutation(maps.labels))
    assert score_settings(HeadSettings(spikes=512), make_maps(0), shuffled, seed=0).mean < 0.3


def test_a_class_learns_no_more_photos_than_the_settings_allow() -> None:
    settings = HeadSettings(lessons=20)
    spikes = (np.random.default_rng(0).random((120, 1, 1, 1024)) < 0.2).astype(np.uint8)
    labels = np.repeat([0, 1], [100, 20])
    head = train_head(spikes, labels, settings.make_rule(spikes), settings, LABELS, 0)
    assert head.photo_counts == (20, 20, 0, 0, 0, 0, 0)
    assert head.rule.neurons == settings.neurons + settings.spare


def test_the_best_settings_of_the_last_round_are_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[HeadSettings] = []

    def score_known(settings: HeadSettings, train, validation, seed: int) -> SettingScores:
        tried.append(settings)
        mean = 0.9 if settings.votes == 3 and settings.neurons == 10 else 0.5
        lucky = 0.2 if seed == 0 and settings.votes == 1 else 0.0  # good in one draw only
        perfect = score_predictions(np.zeros(1, int), np.zeros(1, int), 1)
        return SettingScores(perfect, 2 * (mean + lucky) - perfect.balanced_accuracy)

    monkeypatch.setattr(search, "score_settings", score_known)
    best, rows = choose_settings(make_maps(0), make_maps(1), lambda _: None)
    assert (best.votes, best.neurons) == (3, 10)
    assert len(rows) == search.ROUNDS[0][0]
    assert rows[0]["draws"] == search.ROUNDS[-1][1] > rows[-1]["draws"] == 1
    assert len(tried) == 128 + 24 * 2 + 6 * 5
