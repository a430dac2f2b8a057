"""Scores a network on all sources, and reduces the table to the criterion of training decisions.

inputs = load_inputs(photos, 128)                       # once, minutes
table = evaluate_sources(model.predict, photos, inputs)  # after each training run, seconds
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from qana.data.photo import IMAGE_TYPES, Photo
from qana.data.sources import SOURCES
from qana.evaluation.estimates import Answers, make_answers, score_answers
from qana.evaluation.source_table import AnswerScores, SourceRow, SourceTable

Predict: TypeAlias = Callable[[np.ndarray], np.ndarray]
"""Takes (N, S, S, 3) uint8 network inputs and returns (N, 7) logits."""


def evaluate_sources(
    predict: Predict,
    photos: Sequence[Photo],
    inputs: np.ndarray,
    temperature: float = 1.0,
    intervals: bool = True,
) -> SourceTable:
    """Evaluates a network on the photos of each source and image type.

    Use validation photos for decisions.

    Args:
        predict: the network, float or quantized, in Keras or on Akida.
        photos: N photos of any sources. Those without a label are counted and left out.
        inputs: (N, S, S, 3) uint8, the photos as `qana.data.arrays.load_inputs` loads them.
        temperature: divides the logits. Only the AUC depends on it.
        intervals: whether to compute the intervals, which takes a few seconds.

    Returns:
        The table, with 95 % intervals over lesions, and over patients for PAD-UFES-20.

    Raises:
        ValueError: the numbers of photos, inputs and logits differ, or no photo has a label.
    """
    logits = np.asarray(predict(inputs)).reshape(len(inputs), -1)
    return score_sources(photos, make_answers(photos, logits, temperature), intervals)


def score_sources(photos: Sequence[Photo], answers: Answers, intervals: bool = True) -> SourceTable:
    """Scores answers that exist already; see `evaluate_sources`.

    Args:
        photos: N photos.
        answers: the answers to them.
        intervals: whether to compute the intervals.
    """
    rows = [
        SourceRow(source, image_type, score_answers(answers.select(np.array(chosen)), intervals))
        for (source, image_type), chosen in group_by_source(photos).items()
    ]
    return SourceTable(rows, compute_criterion([row.scores for row in rows]))


def group_by_source(photos: Sequence[Photo]) -> dict[tuple[str, str], list[int]]:
    """Groups photos by source and image type.

    Returns:
        (source, image type) to the indices of its photos, in the order of a table.
    """
    found: dict[tuple[str, str], list[int]] = {}
    for index, photo in enumerate(photos):
        found.setdefault((photo.source, photo.image_type), []).append(index)
    order = sorted(found, key=lambda kind: (SOURCES.index(kind[0]), IMAGE_TYPES.index(kind[1])))
    return {kind: found[kind] for kind in order}


def compute_criterion(rows: Sequence[AnswerScores]) -> float:
    """Computes the one number by which variants of training are compared, on validation photos.

    It is the mean over the rows, which are sources and image types, of the mean of accuracy,
    balanced accuracy over the five common classes, and macro F1. So each row has equal weight,
    however many photos it has. MILK10k has two rows, because the dermatoscope and the close-up are
    different tasks. Rows without a photo with a label are left out.

    Args:
        rows: the scores of each source and image type.

    Returns:
        0 to 1; higher is better.

    Raises:
        ValueError: no row has a photo with a label.
    """
    means = [
        np.mean([estimate.value for estimate in chosen if estimate.value is not None])
        for row in rows
        if row.accuracy.value is not None
        for chosen in [(row.accuracy, row.balanced_five, row.macro_f1)]
    ]
    if not means:
        raise ValueError("at least one photo with a label is needed")
    return float(np.mean(means))
