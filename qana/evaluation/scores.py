"""The scores that an evaluation gives, as frozen types without a heavy import.

A plain dataclass describes a JSON object whose keys are all present and are valid names.
`msgspec.Struct` describes one with an optional key, or with a key such as "lesion-test".
"""

from dataclasses import dataclass

import msgspec

Interval = tuple[float, float]
"""Lower and upper end of a 95 % confidence interval."""
RocPoint = tuple[float, float]
"""False positive rate and true positive rate, 0 to 1."""


@dataclass(frozen=True)
class ClassScores:
    """Scores of one class, each None where it would be 0 / 0.

    Attributes:
        n: photos of the class.
        precision: 0 to 1.
        recall: 0 to 1.
        f1: 0 to 1.
    """

    n: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class HeadlineIntervals:
    """95 % intervals of the three headline scores, 0 to 1."""

    accuracy: Interval
    balanced_accuracy: Interval
    macro_f1: Interval


@dataclass(frozen=True)
class DecisionScores:
    """Scores that depend on the predicted classes alone.

    Attributes:
        n: photos.
        accuracy: 0 to 1.
        balanced_accuracy: mean recall over the classes that occur, 0 to 1.
        macro_f1: mean F1 over the classes that occur, 0 to 1.
        per_class: the scores of each label.
        confusion: 7 x 7 photo counts, rows true, columns predicted.
        labels: the seven labels, in the order of `confusion`.
    """

    n: int
    accuracy: float
    balanced_accuracy: float
    macro_f1: float
    per_class: dict[str, ClassScores]
    confusion: list[list[int]]
    labels: list[str]


@dataclass(frozen=True)
class Scores(DecisionScores):
    """Scores of a classifier's decisions and of its probabilities.

    Attributes:
        auc: mean area under the one-against-rest ROC curves, 0 to 1; None without a class that
            has photos on both sides.
        ece: expected calibration error, 0 to 1.
    """

    auc: float | None
    ece: float


@dataclass(frozen=True)
class _Origin:
    """What was evaluated, and on what."""

    model: str
    backend: str


@dataclass(frozen=True)
class Evaluation(Scores, _Origin):
    """The document of `python -m qana evaluate --json`.

    Attributes:
        model: name of the model.
        backend: "simulator", or the name of the chip.
        abstained: photos without an answer; the other scores leave them out.
        abstained_by: the same, by reason: quality, gate, unsure.
        ci95: 95 % intervals over lesions.
    """

    abstained: int
    abstained_by: dict[str, int]
    ci95: HeadlineIntervals


class StageScores(msgspec.Struct, frozen=True, omit_defaults=True):
    """Scores of one stage between the float network and Akida, on the test lesions.

    Attributes:
        accuracy: 0 to 1.
        balanced_accuracy: 0 to 1.
        macro_f1: 0 to 1.
        recall: recall of each label, 0 to 1; None where the document does not give it.
    """

    accuracy: float
    balanced_accuracy: float
    macro_f1: float
    recall: dict[str, float | None] | None = None


@dataclass(frozen=True)
class RocCurve:
    """A receiver operating characteristic.

    Attributes:
        auc: area under the curve, 0 to 1.
        auc_ci95: its 95 % interval over lesions.
        curve: points from (0, 0) to (1, 1).
    """

    auc: float
    auc_ci95: Interval
    curve: list[RocPoint]


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin of a reliability diagram.

    Attributes:
        confidence: mean top probability of its photos, 0 to 1.
        accuracy: share of its photos that are classified correctly, 0 to 1.
        n: its photos.
    """

    confidence: float
    accuracy: float
    n: int


@dataclass(frozen=True)
class ThresholdIntervals:
    """95 % intervals over lesions, 0 to 1."""

    sensitivity: Interval
    specificity: Interval


@dataclass(frozen=True)
class ThresholdScores:
    """Scores of a yes-or-no decision at a threshold.

    Attributes:
        n: photos.
        positives: photos that need a professional look.
        sensitivity: share of the positives that score at least the threshold, 0 to 1.
        specificity: share of the others that score below it, 0 to 1.
        ci95: 95 % intervals of both.
    """

    n: int
    positives: int
    sensitivity: float
    specificity: float
    ci95: ThresholdIntervals


@dataclass(frozen=True)
class GroupIntervals:
    """95 % intervals over lesions, 0 to 1; None where the score is None."""

    accuracy: Interval | None
    balanced_accuracy: Interval | None
    melanoma_recall: Interval | None


@dataclass(frozen=True)
class GroupScores:
    """Scores of one group of photos, each None where fewer than 10 photos support it.

    Attributes:
        group: name of the group.
        n: photos.
        lesions: lesions.
        classes: classes that occur.
        melanomas: photos of melanomas.
        accuracy: 0 to 1.
        balanced_accuracy: over the classes that occur, 0 to 1.
        melanoma_recall: 0 to 1.
        ci95: 95 % intervals of the three.
    """

    group: str
    n: int
    lesions: int
    classes: int
    melanomas: int
    accuracy: float | None
    balanced_accuracy: float | None
    melanoma_recall: float | None
    ci95: GroupIntervals


@dataclass(frozen=True)
class RiskCoverageCurve:
    """A risk-coverage curve and its area.

    Attributes:
        points: (coverage, risk), 0 to 1; risk is the share of wrong answers among the covered.
        aurc: mean risk over all coverages, 0 to 1; lower is better.
        aurc_random: the same when the photos are left out at random: the error rate.
    """

    points: list[tuple[float, float]]
    aurc: float
    aurc_random: float
