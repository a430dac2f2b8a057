"""Joins the answers to photos with their labels."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qana.classes import LABELS, MALIGNANT
from qana.data.labelled_folder import CONTRADICTION, COPY, LISTED_TWICE, NO_DIAGNOSIS
from qana.data.labelled_names import NamedLabel
from qana.evaluation.operating_points import OperatingCurve, compute_operating_curve
from qana.inference.probabilities import malignant_probability
from qana.screening.photo_answer import PhotoAnswer

AMBIGUOUS = "one id for different photos"
OTHER_CLASS = "none of the seven classes"
UNREAD = "not readable"
UNANSWERED = "not classified"
WITHOUT_ANSWER = "rejected or too unsure"


@dataclass(frozen=True, eq=False)
class LabelledAnswers:
    """The answers to N photos that have one of the seven labels.

    Attributes:
        labels: (N,) int64, indices into `qana.classes.LABELS`.
        probabilities: (N, 7) float64, each row summing to 1.
        lesions: (N,) strings: the lesion of each photo.
        left_out: reason to the number of photos that have a row but are not counted.
    """

    labels: np.ndarray
    probabilities: np.ndarray
    lesions: np.ndarray
    left_out: Mapping[str, int]

    def compute_curve(self, label: str | None = None) -> OperatingCurve | None:
        """Computes the curve of one class against the rest.

        Args:
            label: the class; None for "needs a look", which is melanoma, basal cell carcinoma or
                actinic keratosis.

        Returns:
            The curve, or None if all photos are on one side.
        """
        if label is None:
            positive = np.array(MALIGNANT)[self.labels]
            return compute_operating_curve(positive, malignant_probability(self.probabilities))
        index = LABELS.index(label)
        return compute_operating_curve(self.labels == index, self.probabilities[:, index])


def join_labels(
    answers: Sequence[PhotoAnswer], labels: Sequence[NamedLabel], abstain: bool = False
) -> LabelledAnswers:
    """Joins answers with labels, as `qana evaluate` does with the photos of a folder.

    Args:
        answers: to the photos.
        labels: of the photos.
        abstain: whether to leave out the photos that the network rejects or is too unsure of.

    Returns:
        One for each photo with one of the seven labels. Equal photos are one photo; if their labels
        differ, all of them are left out.
    """
    by_path = {answer.row.path: answer for answer in answers}
    rows: dict[int, set[str]] = defaultdict(set)
    groups: dict[str, list[NamedLabel]] = defaultdict(list)
    for label in labels:
        answer = by_path.get(label.path)
        content = (answer.row.sha256 if answer else None) or label.path
        rows[label.row].add(content)
        groups[content].append(label)
    kept: list[tuple[NamedLabel, np.ndarray]] = []
    left_out: Counter[str] = Counter()
    for group in groups.values():
        for label in group:
            answer = by_path.get(label.path)
            reason = _find_reason(label, group, len(rows[label.row]) > 1)
            reason = reason or _find_answer_reason(answer, abstain)
            if reason:
                left_out[reason] += 1
            elif answer is not None and answer.probabilities is not None:
                kept.append((label, answer.probabilities))
    return LabelledAnswers(
        labels=np.array([LABELS.index(label.label or "") for label, _ in kept], np.int64),
        probabilities=np.array([found for _, found in kept]).reshape(-1, len(LABELS)),
        lesions=np.array([label.lesion_id for label, _ in kept], dtype=str),
        left_out=left_out,
    )


def _find_reason(label: NamedLabel, group: Sequence[NamedLabel], ambiguous: bool) -> str:
    """Returns why a photo of a group of equal ones is left out; empty if it is kept."""
    if ambiguous:
        return AMBIGUOUS
    # A row without a diagnosis does not contradict one that has it.
    diagnosed = [other for other in group if other.diagnosed]
    first = (diagnosed or group)[0]
    if label.diagnosed and len({other.label for other in diagnosed}) > 1:
        return CONTRADICTION
    if label.diagnosed and label.label is None:
        return OTHER_CLASS
    if label is not first:
        return LISTED_TWICE if label.path == first.path else COPY
    return "" if label.diagnosed else NO_DIAGNOSIS


def _find_answer_reason(answer: PhotoAnswer | None, abstain: bool) -> str:
    if answer is None:
        return UNANSWERED
    if answer.probabilities is None:
        return UNREAD
    return WITHOUT_ANSWER if abstain and answer.row.status != "classified" else ""
