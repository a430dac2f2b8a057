"""The settings of the edge head, chosen together on validation lesions."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qana.incremental.engine import EdgeEngine
from qana.incremental.head import Head, Rule, empty_head, widened
from qana.incremental.scores import Score, score
from qana.incremental.spikes import codes, spike_generator
from qana.labels import LABELS

HEATS = ((96, 1), (24, 3), (6, 10))
"""Settings that take part in each heat, and draws of codes and of the order of the photos that each
has been judged by at its end. Successive halving (Jamieson and Talwalkar, AISTATS 2016): what does
badly is dropped on few draws, and the best are told apart on many."""
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
    """

    spikes: int = 1024
    share: float = 0.2
    whitening: float = 0.5
    neurons: int = 10
    reach: float = 1.2
    competition: float = 0.1
    spare: int = 10

    def rule(self, spikes: np.ndarray) -> Rule:
        """The learning rule, for (N, 1, 1, S) spikes of training photos."""
        median = float(np.median(spikes.sum(axis=-1, dtype=np.int64)))
        return Rule(self.neurons, min(self.spikes, round(self.reach * median)), self.competition)


TRIED: dict[str, tuple[Any, ...]] = {
    "whitening": (0.0, 0.5, 1.0),
    "share": (0.05, 0.1, 0.2, 0.3, 0.4),
    "spikes": (512, 1024, 2048),
    "neurons": (1, 5, 10, 20, 50),
    "reach": (0.6, 0.9, 1.2, 1.6, 2.4),
    "competition": (0.0, 0.1, 0.2, 0.4),
}
"""What is drawn from, each by itself: one setting is good or bad beside the others. A reach of 1.2
is the vendor's rule of thumb, a competition of 0.1 that of the QANA paper's authors. The spare
neurons are not among them: seven classes need none."""

Maps = tuple[np.ndarray, np.ndarray]
"""Feature maps (N, H, W, C) uint8 and labels (N,)."""


def choose(
    train: Maps, validation: Maps, say: Callable[[str], None]
) -> tuple[Setting, list[dict[str, Any]]]:
    """Tries settings by the balanced accuracy of the seven classes on validation.

    Args:
        train, validation: feature maps and labels; the test lesions are not asked.
        say: takes one line of progress.

    Returns:
        The best setting, and a row for each that was tried, the best first: its fields, how many
        draws it was judged by, and mean and spread of its scores over them.
    """
    judged: dict[Setting, list[Score]] = {setting: [] for setting in _drawn(HEATS[0][0])}
    for taking_part, draws in HEATS:
        for setting in sorted(judged, key=lambda one: _standing(judged[one]))[-taking_part:]:
            scores = judged[setting]
            scores += [judge(setting, train, validation, n) for n in range(len(scores), draws)]
        best = max(judged, key=lambda one: _standing(judged[one]))
        say(f"After {draws} draws: balanced accuracy {_standing(judged[best])[1]:.3f}, {best}")
    order = sorted(judged, key=lambda one: _standing(judged[one]), reverse=True)
    return order[0], [{**vars(one), **_summary(judged[one])} for one in order]


def _drawn(count: int) -> list[Setting]:
    every = list(itertools.product(*TRIED.values()))
    chosen = np.random.default_rng(SEED).choice(len(every), count, replace=False)
    return [Setting(**dict(zip(TRIED, every[n], strict=True))) for n in chosen]


def _standing(scores: Sequence[Score]) -> tuple[int, float]:
    """Who came further stands higher; of equals, who did better."""
    return len(scores), float(np.mean([one.balanced_accuracy for one in scores])) if scores else 0.0


def judge(setting: Setting, train: Maps, held_out: Maps, seed: int) -> Score:
    """Scores a setting with one draw of codes and one order of the photos."""
    generator = spike_generator(train[0], setting.spikes, setting.share, setting.whitening, seed)
    spikes = codes(generator, train[0])
    rule = setting.rule(spikes)
    head = school(spikes, train[1], rule, setting.spare, LABELS, seed)
    answers = EdgeEngine(setting.spikes, head.rule).recognize(head, codes(generator, held_out[0]))
    return score(answers.argmax(axis=1), held_out[1], len(LABELS))


def school(
    spikes: np.ndarray,
    labels: np.ndarray,
    rule: Rule,
    spare: int,
    classes: tuple[str, ...],
    seed: int,
) -> Head:
    """A head that has learned every photo once, in random order, and has spare neurons.

    Args:
        spikes: (N, 1, 1, S) uint8.
        labels: (N,) places of classes.
        rule: of the neurons that learn them.
        spare: neurons of each class that have learned nothing.
        classes: names.
        seed: of the order.
    """
    order = np.random.default_rng(seed).permutation(len(spikes))
    head = empty_head(spikes.shape[-1], rule, classes)
    engine = EdgeEngine(spikes.shape[-1], rule)
    return widened(engine.learn(head, spikes[order], labels[order]), spare)


def _summary(scores: Sequence[Score]) -> dict[str, float]:
    return {"draws": len(scores)} | {
        key: round(float(value), 4)
        for name in ("accuracy", "balanced_accuracy")
        for key, value in (
            (name, np.mean([getattr(one, name) for one in scores])),
            (f"{name}_deviation", np.std([getattr(one, name) for one in scores])),
        )
    }
