"""The experiments on phone photos: no patient teaches and is asked."""

from typing import Any

import numpy as np

from qana.edge_learning.experiment_data import DRAWS, Material, mean, one_a_group, spread, taught
from qana.edge_learning.head import Head, add_class
from qana.edge_learning.learning_layer import EdgeEngine
from qana.edge_learning.recognition_scores import Score, score

COUNTS = (0, 5, 10, 20, 50)
"""Labelled photos that the seven classes learn."""
PATIENTS = (1, 5, 10)
"""Patients that a new class is learned from."""


def phone(engine: EdgeEngine, start: Head, photos: Material) -> list[dict[str, Any]]:
    """From dermatoscope to smartphone: half of the patients teach, the others test.

    Returns:
        A row for each number of labelled photos, 0 first, with the scores on the other patients.
    """
    scores: dict[int, list[Score]] = {count: [] for count in COUNTS}
    patients = np.unique(photos.groups)
    for draw in range(DRAWS):
        random = np.random.default_rng(draw)
        teaching = np.isin(photos.groups, random.permutation(patients)[: len(patients) // 2])
        pool, test = photos.part(teaching), photos.part(~teaching)
        lessons = pool.part(random.permutation(len(pool.labels))[: max(COUNTS)])
        head, at = start, 0
        for count in COUNTS:
            several = lessons.part(np.arange(at, count))
            head, at = taught(engine, head, several, several.labels.tolist()), count
            answers = engine.recognize(head, test.spikes).argmax(axis=1)
            scores[count].append(score(answers, test.labels, len(start.classes)))
    return [{"photos": count, **spread(found)} for count, found in scores.items()]


def stranger(
    engine: EdgeEngine, start: Head, photos: Material, known: Material
) -> list[dict[str, Any]]:
    """A class that no layer of the network has ever seen, by patient.

    Args:
        photos: of the new class.
        known: of the seven classes from the same camera; they must not be drawn into the new one.

    Returns:
        A row for each number of patients, one photo each: recall on the other patients' photos of
        the new class, and the share of their other photos that is taken for it.
    """
    new = len(start.classes)
    rows = []
    for lessons in PATIENTS:
        recalls, wrongly = [], []
        for draw in range(DRAWS):
            few = photos.part(one_a_group(photos.groups, lessons, draw))
            head = taught(engine, add_class(start, "new"), few, [new] * lessons)
            # A patient may have lesions of several classes.
            test, others = (
                part.part(~np.isin(part.groups, few.groups)) for part in (photos, known)
            )
            recalls.append(_share(engine, head, test, new))
            wrongly.append(_share(engine, head, others, new))
        rows.append(
            {"patients": lessons, "recall": mean(recalls), "others_taken_for_it": mean(wrongly)}
        )
    return rows


def _share(engine: EdgeEngine, head: Head, photos: Material, place: int) -> float:
    return float((engine.recognize(head, photos.spikes).argmax(axis=1) == place).mean())
