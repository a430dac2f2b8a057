"""The experiments on lesions: what is learned from and what is tested on share none."""

from dataclasses import replace
from typing import Any

import numpy as np

from qana.edge_learning.baselines import DenseHead, NearestMean
from qana.edge_learning.choose_settings import Setting, train_head
from qana.edge_learning.edge_engine import EdgeEngine
from qana.edge_learning.head import Head, add_class, remove_class
from qana.edge_learning.labelled_spikes import (
    DRAWS,
    LabelledSpikes,
    learn_one_by_one,
    sample_one_per_group,
    summarize_scores,
    summarize_values,
)
from qana.edge_learning.recognition_scores import score_predictions

LESION_COUNTS = (1, 5, 10, 20, 50)
"""Lesions that a class is learned from."""
UPDATES = 20


def measure_seven_classes(
    engine: EdgeEngine,
    start: Head,
    setting: Setting,
    train: LabelledSpikes,
    test: LabelledSpikes,
    dense: np.ndarray,
    ridge: float,
) -> dict[str, Any]:
    """Seven classes learned by the edge head, beside other heads on the same network.

    Args:
        engine: for spikes.
        start: head of the seven classes; its shape is taken.
        setting: that it was taught by.
        train, test: photos.
        dense: (N,) answers of the deployed dense head on test.
        ridge: penalty of the dense head that is trained anew.
    """
    classes = len(start.classes)
    rule = replace(start.rule, neurons=start.rule.neurons - setting.spare)
    scores = []
    for draw in range(DRAWS):
        head = train_head(train.spikes, train.labels, rule, setting, start.classes, draw)
        answers = engine.recognize(head, test.spikes).argmax(axis=1)
        scores.append(score_predictions(answers, test.labels, classes))
    nearest = NearestMean(train.flat, train.labels, classes).answers(test.flat)
    host = DenseHead(train.flat, train.labels, classes, ridge).answers(test.flat)
    return {
        "edge": summarize_scores(scores),
        "dense": summarize_scores([score_predictions(dense, test.labels, classes)]),
        "nearest_mean": summarize_scores([score_predictions(nearest, test.labels, classes)]),
        "retrained": summarize_scores([score_predictions(host, test.labels, classes)]),
    }


def measure_left_out_class(
    engine: EdgeEngine,
    start: Head,
    train: LabelledSpikes,
    test: LabelledSpikes,
    name: str,
    ridge: float,
) -> list[dict[str, Any]]:
    """A class that the head never met, learned from few lesions, one photo each.

    Args:
        engine: for spikes.
        start: head of the seven classes.
        train, test: photos.
        name: of the class.
        ridge: penalty of the dense head that is trained anew.

    Returns:
        A row for each number of lesions that the class has: recall of that class on its test
        lesions, and the balanced accuracy of the others before and after, for the edge head, the
        nearest mean and the dense head retrained on the host from all photos.
    """
    place = start.classes.index(name)
    base = remove_class(start, name)
    classes = (*base.classes, name)
    place_of = np.array([classes.index(one) for one in start.classes])
    known, new = train.part(train.labels != place), train.part(train.labels == place)
    new_class, others = len(classes) - 1, test.labels != place
    truth = place_of[test.labels]
    known_labels = place_of[known.labels]
    host = DenseHead(known.flat, known_labels, len(classes), ridge)

    def judged(answers: np.ndarray) -> tuple[float, float]:
        recall = float((answers[~others] == new_class).mean())
        rest = score_predictions(answers[others], truth[others], len(classes))
        return recall, rest.balanced_accuracy

    nearest = NearestMean(known.flat, known_labels, new_class)
    answers = {
        "edge": engine.recognize(base, test.spikes).argmax(axis=1),
        "nearest_mean": nearest.answers(test.flat),
        "retrained": host.answers(test.flat),
    }
    before = {which: judged(found)[1] for which, found in answers.items()}
    rows = []
    for lessons in LESION_COUNTS:
        if lessons > len(np.unique(new.groups)):
            continue
        found: dict[str, list[tuple[float, float]]] = {one: [] for one in before}
        for draw in range(DRAWS):
            few = new.part(sample_one_per_group(new.groups, lessons, draw))
            head = learn_one_by_one(engine, add_class(base, name), few, [new_class] * lessons)
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
                "recall": summarize_values([recall for recall, _ in pairs]),
                "others_before": before[which],
                "others_after": summarize_values([rest for _, rest in pairs]),
            }
            for which, pairs in found.items()
        ]
    return rows


def measure_forgetting(
    engine: EdgeEngine,
    start: Head,
    lessons: LabelledSpikes,
    test: LabelledSpikes,
    only: int | None = None,
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
                head = learn_one_by_one(engine, head, pool.part(photo), [label])
            answers = engine.recognize(head, test.spikes).argmax(axis=1)
            curve.append(
                score_predictions(answers, test.labels, len(start.classes)).balanced_accuracy
            )
        curves.append(curve)
    return [summarize_values(step) for step in np.array(curves).T]
