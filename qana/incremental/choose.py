"""Every setting of the edge head, chosen on validation lesions, one at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qana.incremental.engine import EdgeEngine
from qana.incremental.head import Head, Rule, empty_head, widened
from qana.incremental.scores import Score, score
from qana.incremental.spikes import codes, spike_generator
from qana.labels import LABELS

ROUNDS = 2
"""Through all settings: a later one may change what an earlier one is best at."""
DRAWS = 5
"""Random codes, and orders of the photos, that a setting is judged by."""


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
"""Each in turn, the others as they stand. A reach of 1.2 is the vendor's rule of thumb, a
competition of 0.1 that of the QANA paper's authors. The spare neurons are not among them: seven
classes need none."""

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
        The best setting, and a row for each that was tried: its fields, and mean and spread of its
        scores over `DRAWS` draws.
    """
    best, rows = Setting(), []
    seen: dict[Setting, float] = {}
    for name, values in ROUNDS * list(TRIED.items()):
        for value in values:
            setting = replace(best, **{name: value})
            if setting in seen:
                continue
            scores = [judge(setting, train, validation, seed) for seed in range(DRAWS)]
            seen[setting] = float(np.mean([one.balanced_accuracy for one in scores]))
            rows.append({**vars(setting), **_summary(scores)})
            say(f"{name} {value}: balanced accuracy {seen[setting]:.3f}")
        best = max(seen, key=lambda one: seen[one])
    return best, rows


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
    return {
        key: round(float(value), 4)
        for name in ("accuracy", "balanced_accuracy")
        for key, value in (
            (name, np.mean([getattr(one, name) for one in scores])),
            (f"{name}_deviation", np.std([getattr(one, name) for one in scores])),
        )
    }
