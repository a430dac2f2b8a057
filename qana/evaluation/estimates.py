"""Scores a classifier's answers as estimates: value, photos, lesions and interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from qana.classes import COMMON, LABELS, MALIGNANT
from qana.data.photo import Photo
from qana.evaluation.bootstrap import (
    DRAWS,
    compute_intervals,
    compute_percentile_interval,
    compute_share_interval,
    draw_groups,
)
from qana.evaluation.metrics import score_decisions
from qana.evaluation.roc import compute_auc_interval
from qana.evaluation.scores import Interval
from qana.evaluation.source_table import AnswerScores, Estimate
from qana.inference.probabilities import malignant_probability
from qana.inference.temperature import softmax

OUT_OF_SCOPE = -1
"""Class index of a photo that shows none of the seven classes."""
_FIVE_INDICES = np.array([LABELS.index(label) for label in COMMON])
_MELANOMA = LABELS.index("mel")


@dataclass(frozen=True)
class Answers:
    """A classifier's answers to N photos.

    Attributes:
        labels: (N,) int64, indices into `qana.classes.LABELS`, or `OUT_OF_SCOPE`.
        probabilities: (N, 7) float64, each row summing to 1.
        groups: (N,) strings: the lesion of each photo, or the patient.
    """

    labels: np.ndarray
    probabilities: np.ndarray
    groups: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """(N,) index of the most probable class."""
        return self.probabilities.argmax(axis=1)

    def select(self, kept: np.ndarray) -> "Answers":
        """Selects the answers to some photos.

        Args:
            kept: (N,) bool, or integer indices.
        """
        return Answers(self.labels[kept], self.probabilities[kept], self.groups[kept])


def make_answers(photos: Sequence[Photo], logits: np.ndarray, temperature: float = 1.0) -> Answers:
    """Combines photos with the logits that a network gave for them.

    Args:
        photos: N photos, with or without a label.
        logits: (N, 7) floats.
        temperature: divides the logits.

    Raises:
        ValueError: the numbers of photos and of logits differ.
    """
    if np.shape(logits) != (len(photos), len(LABELS)):
        raise ValueError(f"logits must be ({len(photos)}, {len(LABELS)})")
    return Answers(
        labels=encode_known_labels(photos),
        probabilities=softmax(logits, temperature),
        groups=np.array([photo.group_id for photo in photos], dtype=str),
    )


def encode_known_labels(photos: Sequence[Photo]) -> np.ndarray:
    """Converts diagnoses to (N,) int64 class indices, or `OUT_OF_SCOPE`."""
    indices = [LABELS.index(p.label) if p.label else OUT_OF_SCOPE for p in photos]
    return np.array(indices, dtype=np.int64)


def score_answers(answers: Answers, intervals: bool = True) -> AnswerScores:
    """Computes the scores of a classifier's answers, with 95 % intervals over lesions.

    Photos without one of the seven labels are counted and left out.

    Args:
        answers: the answers to any number of photos, also none.
        intervals: whether to compute the intervals, which takes most of the time.

    Returns:
        The scores. A score that the photos do not define is None.
    """
    known = answers.select(answers.labels != OUT_OF_SCOPE)
    accuracy, balanced, macro_f1 = _estimate_headline_scores(known, intervals)
    five = known.select(np.isin(known.labels, _FIVE_INDICES))
    melanoma = known.select(known.labels == _MELANOMA)
    return AnswerScores(
        photos=len(answers.labels),
        lesions=len(np.unique(answers.groups)),
        out_of_scope=len(answers.labels) - len(known.labels),
        accuracy=accuracy,
        balanced_accuracy=balanced,
        balanced_five=_estimate_headline_scores(five, intervals)[1],
        macro_f1=macro_f1,
        auc=estimate_auc(known, intervals),
        melanoma_recall=estimate_share(melanoma.predicted == _MELANOMA, melanoma.groups, intervals),
    )


def estimate_auc(answers: Answers, intervals: bool = True) -> Estimate:
    """Estimates the AUC of "needs a look".

    Args:
        answers: answers to photos that have a label.
        intervals: whether to compute the interval.
    """
    malignant = np.array(MALIGNANT)[answers.labels]
    if not malignant.any() or malignant.all():
        return _make_estimate(None, answers.groups, None)
    scores = malignant_probability(answers.probabilities)
    return _make_estimate(
        float(roc_auc_score(malignant, scores)),
        answers.groups,
        compute_auc_interval(malignant, scores, answers.groups) if intervals else None,
    )


def estimate_share(hits: np.ndarray, groups: np.ndarray, intervals: bool = True) -> Estimate:
    """Estimates a share, such as a recall.

    Args:
        hits: (N,) bool.
        groups: (N,) lesion of each photo.
        intervals: whether to compute the interval.
    """
    if not len(hits):
        return _make_estimate(None, groups, None)
    ends = compute_share_interval(hits, groups) if intervals else None
    return _make_estimate(float(np.mean(hits)), groups, ends)


def estimate_median(values: np.ndarray, groups: np.ndarray) -> Estimate:
    """Estimates a median; each draw takes the weighted median of the photos that it contains.

    Args:
        values: (N,) numbers.
        groups: (N,) lesion of each photo.
    """
    if not len(values):
        return _make_estimate(None, groups, None)
    order = np.argsort(values)
    reached = draw_groups(groups, DRAWS)[:, order].cumsum(axis=1)
    middle = (reached >= reached[:, -1:] / 2).argmax(axis=1)
    interval = compute_percentile_interval(np.asarray(values)[order][middle])
    return _make_estimate(float(np.median(values)), groups, interval)


def estimate_mean(values: np.ndarray, groups: np.ndarray) -> Estimate:
    """Estimates a mean over photos.

    Args:
        values: (N,) numbers.
        groups: (N,) lesion of each photo.
    """
    if not len(values):
        return _make_estimate(None, groups, None)
    counts = draw_groups(groups, DRAWS)
    interval = compute_percentile_interval(counts @ values / counts.sum(axis=1))
    return _make_estimate(float(np.mean(values)), groups, interval)


def _estimate_headline_scores(
    known: Answers, intervals: bool
) -> tuple[Estimate, Estimate, Estimate]:
    """Estimates accuracy, balanced accuracy and macro F1."""
    if not len(known.labels):
        nothing = _make_estimate(None, known.groups, None)
        return nothing, nothing, nothing
    scores = score_decisions(known.labels, known.predicted)
    if not intervals:
        return (
            _make_estimate(scores.accuracy, known.groups, None),
            _make_estimate(scores.balanced_accuracy, known.groups, None),
            _make_estimate(scores.macro_f1, known.groups, None),
        )
    ends = compute_intervals(known.labels, known.predicted, known.groups)
    right = known.labels == known.predicted
    share_ends = compute_share_interval(right, known.groups)
    # Where all answers are right, or all wrong, every draw agrees and would claim certainty.
    agree = right.all() or not right.any()
    return (
        _make_estimate(scores.accuracy, known.groups, share_ends),
        _make_estimate(
            scores.balanced_accuracy,
            known.groups,
            share_ends if agree else ends.balanced_accuracy,
        ),
        _make_estimate(scores.macro_f1, known.groups, share_ends if agree else ends.macro_f1),
    )


def _make_estimate(value: float | None, groups: np.ndarray, ends: Interval | None) -> Estimate:
    return Estimate(value, len(groups), len(np.unique(groups)), ends)
