"""The experiments on phone photos: no patient teaches and is asked."""

from typing import Any

import numpy as np

from qana.edge_learning.edge_engine import EdgeEngine
from qana.edge_learning.head import Head, add_class
from qana.edge_learning.labelled_spikes import (
    DRAWS,
    LabelledSpikes,
    learn_one_by_one,
    sample_one_per_group,
    summarize_scores,
    summarize_values,
)
from qana.edge_learning.recognition_scores import RecognitionScores, score_predictions

PHOTO_COUNTS = (0, 5, 10, 20, 50)
"""Labelled photos that the seven classes learn."""
PATIENT_COUNTS = (1, 5, 10)
"""Patients that a new class is learned from."""


def measure_phone_learning(
    engine: EdgeEngine, start: Head, photos: LabelledSpikes
) -> list[dict[str, Any]]:
    """From dermatoscope to smartphone: half of the patients teach, the others test.

    Returns:
        A row for each number of labelled photos, 0 first, with the scores on the other patients.
    """
    scores: dict[int, list[RecognitionScores]] = {count: [] for count in PHOTO_COUNTS}
    patients = np.unique(photos.groups)
    for draw in range(DRAWS):
        random = np.random.default_rng(draw)
        teaching = np.isin(photos.groups, random.permutation(patients)[: len(patients) // 2])
        pool, test = photos.part(teaching), photos.part(~teaching)
        lessons = pool.part(random.permutation(len(pool.labels))[: max(PHOTO_COUNTS)])
        head, at = start, 0
        for count in PHOTO_COUNTS:
            several = lessons.part(np.arange(at, count))
            head, at = learn_one_by_one(engine, head, several, several.labels.tolist()), count
            answers = engine.recognize(head, test.spikes).argmax(axis=1)
            scores[count].append(score_predictions(answers, test.labels, len(start.classes)))
    return [{"photos": count, **summarize_scores(found)} for count, found in scores.items()]


def measure_unseen_class(
    engine: EdgeEngine, start: Head, photos: LabelledSpikes, known: LabelledSpikes
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
    for lessons in PATIENT_COUNTS:
        recalls, wrongly = [], []
        for draw in range(DRAWS):
            few = photos.part(sample_one_per_group(photos.groups, lessons, draw))
            head = learn_one_by_one(engine, add_class(start, "new"), few, [new] * lessons)
            # A patient may have lesions of several classes.
            test, others = (
                part.part(~np.isin(part.groups, few.groups)) for part in (photos, known)
            )
            recalls.append(_share(engine, head, test, new))
            wrongly.append(_share(engine, head, others, new))
        rows.append(
            {
                "patients": lessons,
                "recall": summarize_values(recalls),
                "others_taken_for_it": summarize_values(wrongly),
            }
        )
    return rows


def _share(engine: EdgeEngine, head: Head, photos: LabelledSpikes, place: int) -> float:
    return float((engine.recognize(head, photos.spikes).argmax(axis=1) == place).mean())
