"""Learning experiments on smartphone photos. Training and test photos never share a patient."""

from typing import Any

import numpy as np

from qana.edge_learning.edge_engine import EdgeEngine
from qana.edge_learning.head import Head, add_class
from qana.edge_learning.labelled_spikes import (
    DRAWS,
    LabelledSpikes,
    learn_one_by_one,
    sample_one_per_group,
)
from qana.edge_learning.recognition_scores import (
    RecognitionScores,
    score_predictions,
    summarize_scores,
    summarize_values,
)

PHOTO_COUNTS = (0, 5, 10, 20, 50)
"""Numbers of labelled smartphone photos that the seven classes learn."""
PATIENT_COUNTS = (1, 5, 10)
"""Numbers of patients that an unseen class is learned from."""


def measure_phone_learning(
    engine: EdgeEngine, head: Head, photos: LabelledSpikes
) -> list[dict[str, Any]]:
    """Adapts the head from a dermatoscope to a smartphone.

    The photos to learn come from one half of the patients, the test photos from the other half.

    Args:
        engine: engine that takes spikes.
        head: head of the seven classes, trained on dermatoscopic photos.
        photos: smartphone photos of the seven classes; their groups are patients.

    Returns:
        One row for each of `PHOTO_COUNTS`, with the scores on the test photos.
    """
    scores: dict[int, list[RecognitionScores]] = {count: [] for count in PHOTO_COUNTS}
    patients = np.unique(photos.groups)
    for draw in range(DRAWS):
        random = np.random.default_rng(draw)
        learning = np.isin(photos.groups, random.permutation(patients)[: len(patients) // 2])
        pool, test = photos.select(learning), photos.select(~learning)
        chosen = pool.select(random.permutation(len(pool.labels))[: max(PHOTO_COUNTS)])
        learned, at = head, 0
        for count in PHOTO_COUNTS:
            several = chosen.select(np.arange(at, count))
            learned = learn_one_by_one(engine, learned, several, several.labels.tolist())
            at = count
            predicted = engine.recognize(learned, test.spikes).argmax(axis=1)
            scores[count].append(score_predictions(predicted, test.labels, len(head.classes)))
    return [{"photos": count, **summarize_scores(found)} for count, found in scores.items()]


def measure_unseen_class(
    engine: EdgeEngine, head: Head, photos: LabelledSpikes, known: LabelledSpikes
) -> list[dict[str, Any]]:
    """Learns a class that no layer of the network was trained on, from a few patients.

    Args:
        engine: engine that takes spikes.
        head: head of the seven classes.
        photos: smartphone photos of the new class; their groups are patients.
        known: smartphone photos of the seven classes; their groups are patients.

    Returns:
        One row for each of `PATIENT_COUNTS`, with one photo of each patient to learn: recall of the
        new class on the other patients, and share of their photos of the seven classes that are
        predicted as the new class.
    """
    new = len(head.classes)
    rows = []
    for count in PATIENT_COUNTS:
        recalls, false_positives = [], []
        for draw in range(DRAWS):
            few = photos.select(sample_one_per_group(photos.groups, count, draw))
            learned = learn_one_by_one(engine, add_class(head, "new"), few, [new] * count)
            # A patient may have lesions of several classes.
            test, others = (
                part.select(~np.isin(part.groups, few.groups)) for part in (photos, known)
            )
            recalls.append(_predicted_share(engine, learned, test, new))
            false_positives.append(_predicted_share(engine, learned, others, new))
        rows.append(
            {
                "patients": count,
                "recall": summarize_values(recalls),
                "others_taken_for_it": summarize_values(false_positives),
            }
        )
    return rows


def _predicted_share(engine: EdgeEngine, head: Head, photos: LabelledSpikes, place: int) -> float:
    """Returns the share of photos that are predicted as one class, 0 to 1."""
    return float((engine.recognize(head, photos.spikes).argmax(axis=1) == place).mean())
