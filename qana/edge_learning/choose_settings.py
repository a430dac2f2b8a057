"""Chooses the hyperparameters of the edge head on validation lesions, by successive halving."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qana.classes import LABELS
from qana.edge_learning.edge_engine import EdgeEngine, make_spike_input
from qana.edge_learning.feature_maps import LabelledMaps
from qana.edge_learning.head import add_class, remove_class
from qana.edge_learning.recognition_scores import RecognitionScores, score_predictions
from qana.edge_learning.spike_generator import build_spike_generator, generate_spikes
from qana.edge_learning.train_head import HeadSettings, train_head

ROUNDS = ((128, 1), (24, 3), (6, 8))
"""Rounds of the search: number of settings in the round, and number of draws after it.

Each draw has its own spike weights and its own order of photos. Poor settings are dropped after few
draws, and only the best are compared on many (successive halving, Jamieson and Talwalkar, "Non-
stochastic best arm identification and hyperparameter optimization", AISTATS 2016).
"""
FEW_PHOTOS = 20
"""Number of photos that a class is learned from after it was left out."""
SEED = 0
"""Seed of the settings in the first round."""
SEARCH_SPACE: dict[str, tuple[Any, ...]] = {
    "whitening": (0.0, 0.5, 1.0),
    "share": (0.05, 0.1, 0.2, 0.3, 0.4),
    "spikes": (512, 1024, 2048),
    "neurons": (3, 5, 10, 20),
    "reach": (0.6, 0.9, 1.2, 1.6, 2.4),
    "competition": (0.0, 0.1, 0.2, 0.4),
    "votes": (1, 2, 3, 5),
    "lessons": (50, 100, 300, 10_000),
}
"""Field of `HeadSettings` to the values that are drawn at random.

The vendor's rule of thumb is a `reach` of 1.2; the authors of the QANA paper use a `competition` of
0.1. `spare` is not searched, because the seven classes do not use the spare neurons.
"""


@dataclass(frozen=True)
class SettingScores:
    """Scores of one setting with one draw, on validation lesions.

    Attributes:
        seven_classes: scores of a head that has learned the seven classes.
        after_learning: balanced accuracy of the seven classes after one of them was left out and
            learned from `FEW_PHOTOS` photos, 0 to 1; mean over the class left out.
    """

    seven_classes: RecognitionScores
    after_learning: float

    @property
    def mean(self) -> float:
        """Mean of both balanced accuracies, 0 to 1. The search maximizes it."""
        return (self.seven_classes.balanced_accuracy + self.after_learning) / 2


def choose_settings(
    train: LabelledMaps, validation: LabelledMaps, progress: Callable[[str], None]
) -> tuple[HeadSettings, list[dict[str, Any]]]:
    """Searches for the settings with the best scores on validation lesions.

    Args:
        train: feature maps of the training lesions.
        validation: feature maps of the validation lesions.
        progress: receives a line of text after each round.

    Returns:
        The best settings, and one row for each tried setting, best first. A row has the fields of
        `HeadSettings`, the number of draws, and mean and deviation of the scores over the draws.
    """
    tried: dict[HeadSettings, list[SettingScores]] = {
        settings: [] for settings in _draw_settings(ROUNDS[0][0])
    }
    for count, draws in ROUNDS:
        for settings in sorted(tried, key=lambda one: _rank(tried[one]))[-count:]:
            scores = tried[settings]
            scores += [
                score_settings(settings, train, validation, n) for n in range(len(scores), draws)
            ]
        best = max(tried, key=lambda one: _rank(tried[one]))
        progress(f"After {draws} draws: {_rank(tried[best])[1]:.3f}, {best}")
    order = sorted(tried, key=lambda one: _rank(tried[one]), reverse=True)
    return order[0], [{**vars(one), **_summarize(tried[one])} for one in order]


def score_settings(
    settings: HeadSettings, train: LabelledMaps, validation: LabelledMaps, seed: int
) -> SettingScores:
    """Trains heads with one draw of spike weights and one order of photos, and scores them.

    Args:
        settings: hyperparameters.
        train: feature maps of the photos to learn.
        validation: feature maps of the photos to score.
        seed: seed of the draw.

    Returns:
        The scores.
    """
    generator = build_spike_generator(
        train.maps, settings.spikes, settings.share, settings.whitening, seed
    )
    spikes = generate_spikes(generator, train.maps)
    validation_spikes = generate_spikes(generator, validation.maps)
    head = train_head(spikes, train.labels, settings.make_rule(spikes), settings, LABELS, seed)
    engine = EdgeEngine(make_spike_input(settings.spikes), head.rule)
    predicted = engine.recognize(head, validation_spikes).argmax(axis=1)
    seven = score_predictions(predicted, validation.labels, len(LABELS))
    random = np.random.default_rng(seed)
    after = []
    for place, name in enumerate(LABELS):
        pool = np.flatnonzero(train.labels == place)
        if not len(pool):
            continue
        few = random.choice(pool, min(FEW_PHOTOS, len(pool)), replace=False)
        learned = add_class(remove_class(head, name), name)
        learned = engine.learn(learned, spikes[few], [len(LABELS) - 1] * len(few))
        order = np.array([LABELS.index(one) for one in learned.classes])
        predicted = order[engine.recognize(learned, validation_spikes).argmax(axis=1)]
        after.append(score_predictions(predicted, validation.labels, len(LABELS)).balanced_accuracy)
    return SettingScores(seven, float(np.mean(after)))


def _draw_settings(count: int) -> list[HeadSettings]:
    every = list(itertools.product(*SEARCH_SPACE.values()))
    chosen = np.random.default_rng(SEED).choice(len(every), count, replace=False)
    return [HeadSettings(**dict(zip(SEARCH_SPACE, every[n], strict=True))) for n in chosen]


def _rank(scores: Sequence[SettingScores]) -> tuple[int, float]:
    """Returns the sort key of a setting: number of draws first, then the mean score."""
    return len(scores), float(np.mean([one.mean for one in scores])) if scores else 0.0


def _summarize(scores: Sequence[SettingScores]) -> dict[str, float]:
    values = {
        "balanced_accuracy": [one.seven_classes.balanced_accuracy for one in scores],
        "after_learning": [one.after_learning for one in scores],
    }
    return {"draws": len(scores)} | {
        key: round(float(value), 4)
        for name, found in values.items()
        for key, value in ((name, np.mean(found)), (f"{name}_deviation", np.std(found)))
    }
