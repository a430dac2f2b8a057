"""The settings of the edge head, chosen together on validation lesions."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from qana.classes import LABELS
from qana.edge_learning.edge_engine import EdgeEngine, make_spike_input
from qana.edge_learning.head import (
    Head,
    LearningRule,
    add_class,
    add_neurons,
    make_empty_head,
    remove_class,
)
from qana.edge_learning.recognition_scores import RecognitionScores, score_predictions
from qana.edge_learning.spike_generator import build_spike_generator, generate_spikes

ROUNDS = ((128, 1), (24, 3), (6, 8))
"""Settings that take part in each heat, and draws of codes and of the order of the photos that each
has been judged by at its end. Successive halving (Jamieson and Talwalkar, AISTATS 2016): what does
badly is dropped on few draws, and the best are told apart on many."""
FEW_PHOTOS = 20
"""Photos that a class left out is learned from."""
SEED = 0
"""Of the settings of the first heat."""


@dataclass(frozen=True)
class Setting:
    """Attributes:
    spikes: how many.
    share: of the photos in which a spike fires, 0 to 1.
    whitening: 0 weighs features as they are, 1 all alike, see `spike_generator`.
    neurons: of each class, that learn the training photos.
    spare: neurons of each class that are left for what is taught later.
    reach: connections of a neuron, as a multiple of the median number of spikes of a photo.
    competition: of the learning rule, 0 to 1.
    votes: strongest neurons of a class that answer together.
    lessons: most training photos of a class that are learned: a neuron that has met thousands
        leans to the commonest of them.
    """

    spikes: int = 1024
    share: float = 0.2
    whitening: float = 0.5
    neurons: int = 10
    reach: float = 1.2
    competition: float = 0.1
    votes: int = 3
    lessons: int = 100
    spare: int = 10

    def rule(self, spikes: np.ndarray) -> LearningRule:
        """The learning rule, for (N, 1, 1, S) spikes of training photos."""
        median = float(np.median(spikes.sum(axis=-1, dtype=np.int64)))
        connections = min(self.spikes, round(self.reach * median))
        return LearningRule(
            self.neurons, connections, self.competition, min(self.votes, self.neurons)
        )


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
"""What is drawn from, each by itself: one setting is good or bad beside the others. A reach of 1.2
is the vendor's rule of thumb, a competition of 0.1 that of the QANA paper's authors. The spare
neurons are not among them: seven classes need none."""

Maps = tuple[np.ndarray, np.ndarray]
"""Feature maps (N, H, W, C) uint8 and labels (N,)."""


class SettingScores(NamedTuple):
    """What a head is for, on validation: the seven classes, and one of them learned anew."""

    seven: RecognitionScores
    after: float
    """Balanced accuracy of the seven when one was left out and learned from `FEW_PHOTOS` photos, mean over
    the class left out."""

    @property
    def worth(self) -> float:
        """Both weigh the same."""
        return (self.seven.balanced_accuracy + self.after) / 2


def choose_setting(
    train: Maps, validation: Maps, say: Callable[[str], None]
) -> tuple[Setting, list[dict[str, Any]]]:
    """Tries settings by what the head is for, on validation.

    Args:
        train, validation: feature maps and labels; the test lesions are not asked.
        say: takes one line of progress.

    Returns:
        The best setting, and a row for each that was tried, the best first: its fields, how many
        draws it was judged by, and mean and spread of its scores over them.
    """
    judged: dict[Setting, list[SettingScores]] = {setting: [] for setting in _drawn(ROUNDS[0][0])}
    for taking_part, draws in ROUNDS:
        for setting in sorted(judged, key=lambda one: _standing(judged[one]))[-taking_part:]:
            found = judged[setting]
            found += [
                score_setting(setting, train, validation, n) for n in range(len(found), draws)
            ]
        best = max(judged, key=lambda one: _standing(judged[one]))
        say(f"After {draws} draws: {_standing(judged[best])[1]:.3f}, {best}")
    order = sorted(judged, key=lambda one: _standing(judged[one]), reverse=True)
    return order[0], [{**vars(one), **_summary(judged[one])} for one in order]


def _drawn(count: int) -> list[Setting]:
    every = list(itertools.product(*SEARCH_SPACE.values()))
    chosen = np.random.default_rng(SEED).choice(len(every), count, replace=False)
    return [Setting(**dict(zip(SEARCH_SPACE, every[n], strict=True))) for n in chosen]


def _standing(judged: Sequence[SettingScores]) -> tuple[int, float]:
    """Who came further stands higher; of equals, who did better."""
    return len(judged), float(np.mean([one.worth for one in judged])) if judged else 0.0


def score_setting(setting: Setting, train: Maps, held_out: Maps, seed: int) -> SettingScores:
    """Scores a setting with one draw of codes and one order of the photos."""
    generator = build_spike_generator(
        train[0], setting.spikes, setting.share, setting.whitening, seed
    )
    spikes, asked = generate_spikes(generator, train[0]), generate_spikes(generator, held_out[0])
    head = train_head(spikes, train[1], setting.rule(spikes), setting, LABELS, seed)
    engine = EdgeEngine(make_spike_input(setting.spikes), head.rule)
    seven = score_predictions(
        engine.recognize(head, asked).argmax(axis=1), held_out[1], len(LABELS)
    )
    random = np.random.default_rng(seed)
    after = []
    for place, name in enumerate(LABELS):
        pool = np.flatnonzero(train[1] == place)
        if not len(pool):
            continue
        few = random.choice(pool, min(FEW_PHOTOS, len(pool)), replace=False)
        taught = add_class(remove_class(head, name), name)
        taught = engine.learn(taught, spikes[few], [len(LABELS) - 1] * len(few))
        order = [LABELS.index(one) for one in taught.classes]
        answers = np.array(order)[engine.recognize(taught, asked).argmax(axis=1)]
        after.append(score_predictions(answers, held_out[1], len(LABELS)).balanced_accuracy)
    return SettingScores(seven, float(np.mean(after)))


def train_head(
    spikes: np.ndarray,
    labels: np.ndarray,
    rule: LearningRule,
    setting: Setting,
    classes: tuple[str, ...],
    seed: int,
) -> Head:
    """A head that has learned photos of each class in random order, and has spare neurons.

    Args:
        spikes: (N, 1, 1, S) uint8.
        labels: (N,) places of classes.
        rule: of the neurons that learn them.
        setting: how many photos of a class are learned, and how many neurons learn nothing.
        classes: names.
        seed: of the choice and the order.
    """
    order = np.random.default_rng(seed).permutation(len(spikes))
    turn = np.zeros(len(order), int)  # of each photo among those of its class
    for place in range(len(classes)):
        own = labels[order] == place
        turn[own] = np.arange(own.sum())
    order = order[turn < setting.lessons]
    head = make_empty_head(spikes.shape[-1], rule, classes)
    engine = EdgeEngine(make_spike_input(spikes.shape[-1]), rule)
    return add_neurons(engine.learn(head, spikes[order], labels[order]), setting.spare)


def _summary(judged: Sequence[SettingScores]) -> dict[str, float]:
    scores = {
        "balanced_accuracy": [one.seven.balanced_accuracy for one in judged],
        "after_learning": [one.after for one in judged],
    }
    return {"draws": len(judged)} | {
        key: round(float(value), 4)
        for name, found in scores.items()
        for key, value in ((name, np.mean(found)), (f"{name}_deviation", np.std(found)))
    }
