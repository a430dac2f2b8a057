"""The experiments on learning: what is learned from and what is tested on share no lesion."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qana.incremental.choose import school
from qana.incremental.engine import EdgeEngine
from qana.incremental.head import Head, add_class, without_class
from qana.incremental.scores import Score, score
from qana.incremental.skeptic import DenseHead, NearestMean

DRAWS = 10
"""Orders or choices of the photos that each figure is the mean of."""
LESSONS = (1, 5, 10, 20, 50)
"""Lesions that a class is learned from."""
UPDATES = 20
Answers = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Material:
    """Photos as spikes.

    Attributes:
        spikes: (N, 1, 1, S) uint8.
        labels: (N,) int64 places of classes.
        groups: (N,) lesions, or patients: what must not be on both sides.
    """

    spikes: np.ndarray
    labels: np.ndarray
    groups: np.ndarray

    @property
    def flat(self) -> np.ndarray:
        """(N, S) uint8."""
        return self.spikes.reshape(len(self.spikes), -1)

    def part(self, chosen: np.ndarray) -> "Material":
        """Those of a mask or of indices."""
        return Material(self.spikes[chosen], self.labels[chosen], self.groups[chosen])


def taught(engine: EdgeEngine, head: Head, photos: Material, labels: Sequence[int]) -> Head:
    """A head after lessons on the device, one photo at a time."""
    for spikes, label in zip(photos.spikes, labels, strict=True):
        head = engine.learn(head, spikes[None], [label])
    return head


def all_classes(
    engine: EdgeEngine,
    start: Head,
    spare: int,
    train: Material,
    test: Material,
    dense: np.ndarray,
) -> dict[str, Any]:
    """Seven classes learned by the edge head, beside other heads on the same network.

    Args:
        engine: for spikes.
        start: head of the seven classes; its shape is taken.
        spare: its neurons of each class that learn no training photo.
        train, test: photos.
        dense: (N,) answers of the deployed dense head on test.
    """
    classes = len(start.classes)
    rule = replace(start.rule, neurons=start.rule.neurons - spare)
    scores = []
    for draw in range(DRAWS):
        head = school(train.spikes, train.labels, rule, spare, start.classes, draw)
        answers = engine.recognize(head, test.spikes).argmax(axis=1)
        scores.append(score(answers, test.labels, classes))
    nearest = NearestMean(train.flat, train.labels, classes).answers(test.flat)
    host = DenseHead(train.flat, train.labels, classes).answers(test.flat)
    return {
        "edge": _spread(scores),
        "dense": _spread([score(dense, test.labels, classes)]),
        "nearest_mean": _spread([score(nearest, test.labels, classes)]),
        "retrained": _spread([score(host, test.labels, classes)]),
    }


def left_out(
    engine: EdgeEngine, start: Head, train: Material, test: Material, name: str
) -> list[dict[str, Any]]:
    """A class that the head never met, learned from few lesions, one photo each.

    Returns:
        A row for each number of lesions that the class has: recall of that class on its test
        lesions, and the balanced accuracy of the others before and after, for the edge head, the
        nearest mean and the dense head retrained on the host from all photos.
    """
    place = start.classes.index(name)
    base = without_class(start, name)
    classes = (*base.classes, name)
    place_of = np.array([classes.index(one) for one in start.classes])
    known, new = train.part(train.labels != place), train.part(train.labels == place)
    new_class, others = len(classes) - 1, test.labels != place
    truth = place_of[test.labels]
    known_labels = place_of[known.labels]
    host = DenseHead(known.flat, known_labels, len(classes))

    def judged(answers: np.ndarray) -> tuple[float, float]:
        recall = float((answers[~others] == new_class).mean())
        rest = score(answers[others], truth[others], len(classes))
        return recall, rest.balanced_accuracy

    before = {
        "edge": judged(engine.recognize(base, test.spikes).argmax(axis=1))[1],
        "nearest_mean": judged(NearestMean(known.flat, known_labels, new_class).answers(test.flat))[
            1
        ],
        "retrained": judged(host.answers(test.flat))[1],
    }
    rows = []
    for lessons in LESSONS:
        if lessons > len(np.unique(new.groups)):
            continue
        found: dict[str, list[tuple[float, float]]] = {one: [] for one in before}
        for draw in range(DRAWS):
            few = new.part(_one_a_group(new.groups, lessons, draw))
            head = taught(engine, add_class(base, name), few, [new_class] * lessons)
            found["edge"].append(judged(engine.recognize(head, test.spikes).argmax(axis=1)))
            spikes = np.concatenate([known.flat, few.flat])
            labels = np.concatenate([known_labels, np.full(lessons, new_class)])
            nearest = NearestMean(spikes, labels, len(classes))
            found["nearest_mean"].append(judged(nearest.answers(test.flat)))
            found["retrained"].append(judged(host.answers(test.flat, few.flat, new_class)))
        rows += [
            {
                "class": name,
                "lesions": lessons,
                "head": which,
                "recall": _mean([recall for recall, _ in pairs]),
                "others_before": before[which],
                "others_after": _mean([rest for _, rest in pairs]),
            }
            for which, pairs in found.items()
        ]
    return rows


def phone(engine: EdgeEngine, start: Head, photos: Material) -> list[dict[str, Any]]:
    """From dermatoscope to smartphone: half of the patients teach, the others test.

    Returns:
        A row for each number of labelled photos, 0 first, with the scores on the other patients.
    """
    counts = (0, 5, 10, 20, 50)
    scores: dict[int, list[Score]] = {count: [] for count in counts}
    patients = np.unique(photos.groups)
    for draw in range(DRAWS):
        random = np.random.default_rng(draw)
        teaching = np.isin(photos.groups, random.permutation(patients)[: len(patients) // 2])
        pool, test = photos.part(teaching), photos.part(~teaching)
        lessons = pool.part(random.permutation(len(pool.labels))[: max(counts)])
        head, at = start, 0
        for count in counts:
            several = lessons.part(np.arange(at, count))
            head, at = taught(engine, head, several, several.labels.tolist()), count
            answers = engine.recognize(head, test.spikes).argmax(axis=1)
            scores[count].append(score(answers, test.labels, len(start.classes)))
    return [{"photos": count, **_spread(found)} for count, found in scores.items()]


def stranger(
    engine: EdgeEngine, start: Head, photos: Material, known: Material
) -> list[dict[str, Any]]:
    """A class that no layer of the network has ever seen, by patient.

    Args:
        photos: of the new class.
        known: of the seven classes from the same camera; they must not be drawn into the new one.
    """
    new = len(start.classes)
    patients = np.unique(photos.groups)
    rows = []
    for lessons in (1, 5, 10):
        recalls, wrongly = [], []
        for draw in range(DRAWS):
            order = np.random.default_rng(draw).permutation(patients)
            teaching = np.isin(photos.groups, order[:lessons])
            few = photos.part(_one_a_group(np.where(teaching, photos.groups, ""), lessons, draw))
            test = photos.part(~teaching)
            head = taught(engine, add_class(start, "new"), few, [new] * len(few.labels))
            recalls.append(_share(engine, head, test, new))
            wrongly.append(_share(engine, head, known, new))
        rows.append(
            {"patients": lessons, "recall": _mean(recalls), "others_taken_for_it": _mean(wrongly)}
        )
    return rows


def forgetting(
    engine: EdgeEngine, start: Head, lessons: Material, test: Material, only: int | None = None
) -> list[dict[str, float]]:
    """Updates in a row, and what the seven classes keep.

    Args:
        lessons: photos to draw from, with their true class.
        only: draw photos of this class alone, the case in which forgetting would be worst.

    Returns:
        Mean and deviation of the balanced accuracy on test after 0, 1, ... updates.
    """
    pool = lessons if only is None else lessons.part(lessons.labels == only)
    curves = []
    for draw in range(DRAWS):
        random = np.random.default_rng(draw)
        # Every class equally often; one class alone is every time that class.
        turns = random.permutation(np.resize(np.unique(pool.labels), UPDATES))
        head, curve = start, []
        for label in (None, *turns):
            if label is not None:
                photo = random.choice(np.flatnonzero(pool.labels == label), 1)
                head = taught(engine, head, pool.part(photo), [label])
            answers = engine.recognize(head, test.spikes).argmax(axis=1)
            curve.append(score(answers, test.labels, len(start.classes)).balanced_accuracy)
        curves.append(curve)
    return [_mean(step) for step in np.array(curves).T]


def _share(engine: EdgeEngine, head: Head, photos: Material, place: int) -> float:
    return float((engine.recognize(head, photos.spikes).argmax(axis=1) == place).mean())


def _one_a_group(groups: np.ndarray, count: int, draw: int) -> np.ndarray:
    """Indices of one photo of each of `count` groups; the group "" is none."""
    random = np.random.default_rng(draw)
    order = random.permutation(len(groups))
    order = order[groups[order] != ""]
    _, first = np.unique(groups[order], return_index=True)
    return random.permutation(order[first])[:count]


def _spread(scores: Sequence[Score]) -> dict[str, Any]:
    names = ("accuracy", "balanced_accuracy", "macro_f1")
    recall = np.mean([one.recall for one in scores], axis=0)
    return {name: _mean([getattr(one, name) for one in scores]) for name in names} | {
        "recall": [None if np.isnan(value) else float(value) for value in recall]
    }


def _mean(values: Sequence[float] | np.ndarray) -> dict[str, float]:
    return {"mean": float(np.mean(values)), "deviation": float(np.std(values))}
