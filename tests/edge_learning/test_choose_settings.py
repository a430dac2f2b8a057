"""The choice of the settings of the edge head: what it is judged by, and what is chosen."""

import numpy as np
import pytest

from qana.classes import LABELS
from qana.edge_learning import choose_settings as choose
from qana.edge_learning.choose_settings import Setting, score_setting, train_head


def maps(seed: int, photos: int = 210) -> tuple[np.ndarray, np.ndarray]:
    """(N, 2, 2, 70) uint8 feature maps: a class speaks in ten features of its own."""
    random = np.random.default_rng(seed)
    labels = np.arange(photos) % len(LABELS)
    found = random.integers(0, 4, (photos, 2, 2, 70))
    for one, label in zip(found, labels, strict=True):
        one[..., 10 * label : 10 * label + 10] += random.integers(3, 9)
    return found.astype(np.uint8), labels


def test_what_is_told_apart_scores_high_also_when_a_class_is_learned_anew() -> None:
    found = score_setting(Setting(spikes=512), maps(0), maps(1), seed=0)
    assert found.seven.balanced_accuracy > 0.9
    assert found.after > 0.8
    nothing = maps(1)[0], np.random.default_rng(2).permutation(maps(1)[1])
    assert score_setting(Setting(spikes=512), maps(0), nothing, seed=0).worth < 0.3


def test_no_class_teaches_more_photos_than_the_setting_says() -> None:
    setting = Setting(lessons=20)
    spikes = (np.random.default_rng(0).random((120, 1, 1, 1024)) < 0.2).astype(np.uint8)
    labels = np.repeat([0, 1], [100, 20])
    head = train_head(spikes, labels, setting.rule(spikes), setting, LABELS, 0)
    assert head.photo_counts == (20, 20, 0, 0, 0, 0, 0)
    assert head.rule.neurons == setting.neurons + setting.spare


def test_the_best_of_those_that_came_furthest_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Setting] = []

    def known(setting: Setting, train, validation, seed: int):
        asked.append(setting)
        worth = 0.9 if setting.votes == 3 and setting.neurons == 10 else 0.5
        lucky = 0.2 if seed == 0 and setting.votes == 1 else 0.0  # good once, by chance
        score = choose.score(np.zeros(1, int), np.zeros(1, int), 1)
        return choose.SettingScores(score, 2 * (worth + lucky) - score.balanced_accuracy)

    monkeypatch.setattr(choose, "judge", known)
    best, rows = choose.choose_setting(maps(0), maps(1), lambda _: None)
    assert (best.votes, best.neurons) == (3, 10)
    assert len(rows) == choose.ROUNDS[0][0]
    assert rows[0]["draws"] == choose.ROUNDS[-1][1] > rows[-1]["draws"] == 1
    assert len(asked) == 128 + 24 * 2 + 6 * 5
