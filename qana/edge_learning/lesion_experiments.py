"""Learning experiments on lesions. Training and test photos never show the same lesion."""

from dataclasses import replace
from typing import Any

import numpy as np

from qana.edge_learning.baselines import DenseHead, NearestMean
from qana.edge_learning.edge_engine import EdgeEngine
from qana.edge_learning.head import Head, add_class, remove_class
from qana.edge_learning.labelled_spikes import (
    DRAWS,
    LabelledSpikes,
    learn_one_by_one,
    sample_one_per_group,
)
from qana.edge_learning.recognition_scores import (
    score_predictions,
    summarize_scores,
    summarize_values,
)
from qana.edge_learning.train_head import HeadSettings, train_head

LESION_COUNTS = (1, 5, 10, 20, 50)
"""Numbers of lesions that a class is learned from."""
UPDATES = 20
"""Number of consecutive learning steps in `measure_forgetting`."""


def measure_seven_classes(
    engine: EdgeEngine,
    head: Head,
    settings: HeadSettings,
    train: LabelledSpikes,
    test: LabelledSpikes,
    dense: np.ndarray,
    ridge: float,
) -> dict[str, Any]:
    """Compares the edge head with other heads on the same network, trained on all photos.

    Args:
        engine: engine that takes spikes.
        head: head of the seven classes. Only its classes and its learning rule are used.
        settings: settings that it was trained with.
        train: photos to learn.
        test: photos to score.
        dense: (N,) class indices that the deployed dense head predicts for the test photos.
        ridge: penalty of `DenseHead`.

    Returns:
        Scores of "edge", "dense", "nearest_mean" and "retrained", see `summarize_scores`.
    """
    classes = len(head.classes)
    rule = replace(head.rule, neurons=head.rule.neurons - settings.spare)
    scores = []
    for draw in range(DRAWS):
        trained = train_head(train.spikes, train.labels, rule, settings, head.classes, draw)
        predicted = engine.recognize(trained, test.spikes).argmax(axis=1)
        scores.append(score_predictions(predicted, test.labels, classes))
    nearest = NearestMean(train.flat, train.labels, classes).predict(test.flat)
    retrained = DenseHead(train.flat, train.labels, classes, ridge).predict(test.flat)
    return {
        "edge": summarize_scores(scores),
        "dense": summarize_scores([score_predictions(dense, test.labels, classes)]),
        "nearest_mean": summarize_scores([score_predictions(nearest, test.labels, classes)]),
        "retrained": summarize_scores([score_predictions(retrained, test.labels, classes)]),
    }


def measure_left_out_class(
    engine: EdgeEngine,
    head: Head,
    train: LabelledSpikes,
    test: LabelledSpikes,
    name: str,
    ridge: float,
) -> list[dict[str, Any]]:
    """Leaves one class out and learns it from a few lesions, with one photo of each.

    Args:
        engine: engine that takes spikes.
        head: head of the seven classes.
        train: photos to learn.
        test: photos to score.
        name: class to leave out.
        ridge: penalty of `DenseHead`.

    Returns:
        One row for each of `LESION_COUNTS` that the class has and each head ("edge",
        "nearest_mean", "retrained"): recall of the class, and balanced accuracy of the other
        classes before and after learning it.
    """
    place = head.classes.index(name)
    base = remove_class(head, name)
    classes = (*base.classes, name)
    place_of = np.array([classes.index(one) for one in head.classes])
    known, new = train.select(train.labels != place), train.select(train.labels == place)
    new_class, others = len(classes) - 1, test.labels != place
    truth = place_of[test.labels]
    known_labels = place_of[known.labels]
    dense = DenseHead(known.flat, known_labels, len(classes), ridge)

    def score(predicted: np.ndarray) -> tuple[float, float]:
        recall = float((predicted[~others] == new_class).mean())
        rest = score_predictions(predicted[others], truth[others], len(classes))
        return recall, rest.balanced_accuracy

    nearest = NearestMean(known.flat, known_labels, new_class)
    predictions = {
        "edge": engine.recognize(base, test.spikes).argmax(axis=1),
        "nearest_mean": nearest.predict(test.flat),
        "retrained": dense.predict(test.flat),
    }
    before = {which: score(predicted)[1] for which, predicted in predictions.items()}
    rows = []
    for count in LESION_COUNTS:
        if count > len(np.unique(new.groups)):
            continue
        found: dict[str, list[tuple[float, float]]] = {one: [] for one in before}
        for draw in range(DRAWS):
            few = new.select(sample_one_per_group(new.groups, count, draw))
            learned = learn_one_by_one(engine, add_class(base, name), few, [new_class] * count)
            found["edge"].append(score(engine.recognize(learned, test.spikes).argmax(axis=1)))
            spikes = np.concatenate([known.flat, few.flat])
            labels = np.concatenate([known_labels, np.full(count, new_class)])
            nearest = NearestMean(spikes, labels, len(classes))
            found["nearest_mean"].append(score(nearest.predict(test.flat)))
            found["retrained"].append(score(dense.predict(test.flat, few.flat, new_class)))
        rows += [
            {
                "class": name,
                "lesions": count,
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
    head: Head,
    pool: LabelledSpikes,
    test: LabelledSpikes,
    only: int | None = None,
) -> list[dict[str, float]]:
    """Measures the accuracy of the seven classes during consecutive learning steps.

    Args:
        engine: engine that takes spikes.
        head: head of the seven classes.
        pool: photos to draw from, learned with their true class.
        test: photos to score.
        only: class index. All photos are drawn from this class, which is the worst case. None to
            draw every class equally often.

    Returns:
        Mean and deviation of the balanced accuracy after 0 to `UPDATES` steps.
    """
    pool = pool if only is None else pool.select(pool.labels == only)
    curves = []
    for draw in range(DRAWS):
        random = np.random.default_rng(draw)
        turns = random.permutation(np.resize(np.unique(pool.labels), UPDATES))
        learned, curve = head, []
        for label in (None, *turns):
            if label is not None:
                photo = random.choice(np.flatnonzero(pool.labels == label), 1)
                learned = learn_one_by_one(engine, learned, pool.select(photo), [label])
            predicted = engine.recognize(learned, test.spikes).argmax(axis=1)
            scores = score_predictions(predicted, test.labels, len(head.classes))
            curve.append(scores.balanced_accuracy)
        curves.append(curve)
    return [summarize_values(step) for step in np.array(curves).T]
