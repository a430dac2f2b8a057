"""The lesion protocol on real photos, and each of its pieces against counts by hand."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from sklearn.metrics import auc, roc_auc_score

from qana.classes import LABELS
from qana.data.ham10000 import read_ham10000
from qana.data.labelled_folder import LabelledImage
from qana.data.lesion_split import split_photos
from qana.errors import DataError
from qana.evaluation.bootstrap import compute_share_interval
from qana.evaluation.decision_threshold import (
    Outcomes,
    choose_threshold,
    compute_predictive_values,
    count_outcomes,
    measure_at_threshold,
)
from qana.evaluation.evaluate import Predictions
from qana.evaluation.metrics import expected_calibration_error
from qana.evaluation.reliability import compute_reliability
from qana.evaluation.report_files import to_document
from qana.evaluation.roc import compute_auc_interval, roc, thin_curve
from qana.evaluation.scores import GroupIntervals, ReliabilityBin
from qana.evaluation.subgroups import AGE_BANDS, name_age_band, score_groups
from qana.inference.classifier import AkidaClassifier
from qana.inference.temperature import softmax
from qana.protocols import lesion
from qana.protocols.lesion_report import LesionReport, SplitOverlap

MEL, NV = LABELS.index("mel"), LABELS.index("nv")


def sure(predicted: list[int], confidence: float = 0.9) -> np.ndarray:
    return np.where(np.eye(7)[predicted] == 1, confidence, (1 - confidence) / 6)


@pytest.fixture(scope="module")
def report(ham_folder: Path) -> LesionReport:
    return lesion.run(ham_folder, "akida2", lambda _line: None)


def test_the_report_is_whole_and_plain_json(report, classifier: AkidaClassifier) -> None:
    assert msgspec.convert(to_document(report), LesionReport) == report
    assert report.protocol == "lesion"
    assert report.sha256 == classifier.entry.sha256
    assert report.skin_tone == "not assessed"
    subsets = report.split.subsets
    assert report.test.n == subsets["test"].photos
    assert report.validation.n == subsets["validation"].photos
    assert set(report.roc) == set(LABELS) == set(report.per_class_ci95)
    assert set(report.subgroups) == {"sex", "age", "site", "confirmation"}
    assert set(report.stages) == {"float", "ptq", "tuned", "akida"}
    assert report.calibration.after.ece == report.test.ece
    assert report.calibration.temperature == classifier.entry.temperature


def test_the_report_says_what_is_on_which_side(report, ham_folder: Path) -> None:
    parts = split_photos(read_ham10000(ham_folder))
    for name, found in report.split.subsets.items():
        lesions = {photo.lesion_id for photo in parts[name]}
        assert (found.photos, found.lesions) == (len(parts[name]), len(lesions))
        assert sum(found.classes.values()) == found.photos
    assert report.split.overlap == SplitOverlap(lesions=0, identical_images=0)
    assert report.split.file is None, "these photos are not those of the stored split"


def test_the_report_counts_what_needs_a_look(report) -> None:
    look = report.malignant
    assert look.classes == ["akiec", "bcc", "mel"]
    counts = report.split.subsets["test"].classes
    assert look.test.positives == sum(counts[label] for label in look.classes)


def test_the_two_way_threshold_is_chosen_on_validation() -> None:
    random = np.random.default_rng(4)

    def answers(count: int, shift: float) -> Predictions:
        labels = np.where(random.random(count) < 0.3, MEL, NV)
        logits = random.normal(size=(count, 7)).astype(np.float32)
        logits[:, MEL] += 2 * (labels == MEL) + shift
        ids = [str(number) for number in range(count)]
        images = [LabelledImage(i, Path(i), LABELS[y], i) for i, y in zip(ids, labels, strict=True)]
        return Predictions(images, labels, logits, {})

    look = lesion.measure_referral(answers(500, 0.0), answers(700, -2.0), temperature=1.0)
    assert 0.9 <= look.validation.sensitivity < 0.91
    assert look.test.sensitivity < 0.8, "on test the same threshold finds fewer"


def test_the_report_is_the_same_from_every_run(report, ham_folder: Path) -> None:
    assert lesion.run(ham_folder, "akida2", lambda _line: None) == report


def test_a_folder_without_data_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"HAM10000_metadata\.csv is missing"):
        lesion.run(tmp_path, "akida2", lambda _line: None)


def test_bins_of_reliability_by_hand() -> None:
    labels = np.array([NV, NV, MEL, MEL])
    bins = compute_reliability(
        labels, np.concatenate([sure([NV, MEL], 0.9), sure([MEL, MEL], 0.5)])
    )
    assert bins == [
        ReliabilityBin(confidence=pytest.approx(0.5), accuracy=1.0, n=2),
        ReliabilityBin(confidence=pytest.approx(0.9), accuracy=0.5, n=2),
    ]


def test_bins_of_reliability_average_to_the_calibration_error() -> None:
    random = np.random.default_rng(0)
    labels, probabilities = random.integers(7, size=400), softmax(random.normal(size=(400, 7)) * 3)
    bins = compute_reliability(labels, probabilities)
    gaps = sum(b.n * abs(b.accuracy - b.confidence) for b in bins) / 400
    assert gaps == pytest.approx(expected_calibration_error(labels, probabilities))
    assert sum(b.n for b in bins) == 400


def test_a_thinned_curve_keeps_its_area() -> None:
    random = np.random.default_rng(1)
    positive = random.random(2000) < 0.2
    scores = random.normal(size=2000) + positive
    curve = np.array(thin_curve(positive, scores, most=60))
    assert len(curve) == 60
    assert curve[0].tolist() == [0, 0] and curve[-1].tolist() == [1, 1]
    assert (np.diff(curve, axis=0) >= 0).all()
    assert auc(*curve.T) == pytest.approx(roc_auc_score(positive, scores), abs=0.002)


def test_a_perfect_and_a_one_sided_curve() -> None:
    positive = np.array([True, True, False, False])
    found = roc(positive, np.array([4, 3, 2, 1]), np.arange(4))
    assert found is not None
    assert found.auc == 1
    assert found.auc_ci95 == (1, 1)
    assert roc(np.ones(4, dtype=bool), np.arange(4), np.arange(4)) is None


def test_the_interval_of_an_area_holds_the_area_and_its_ties() -> None:
    random = np.random.default_rng(2)
    positive = random.random(300) < 0.3
    scores = np.round(random.normal(size=300) + positive)
    low, high = compute_auc_interval(positive, scores, np.arange(300))
    area = roc_auc_score(positive, scores)
    assert low < area < high
    # Hanley and McNeil's standard error for about 90 positives: near 0.03.
    assert high - low == pytest.approx(4 * 0.03, rel=0.25)
    copies = np.repeat(np.arange(300), 3)
    tripled = compute_auc_interval(np.repeat(positive, 3), np.repeat(scores, 3), copies)
    assert tripled == pytest.approx([low, high]), "three photos of a lesion tell no more than one"


def test_the_interval_of_a_share_is_never_a_certainty() -> None:
    low, high = compute_share_interval(np.ones(10, dtype=bool), np.arange(10))
    assert (low, high) == (pytest.approx(0.025 ** (1 / 10)), 1)
    assert compute_share_interval(np.zeros(10, dtype=bool), np.arange(10)) == (
        0,
        pytest.approx(1 - low),
    )
    one_lesion, _ = compute_share_interval(np.ones(10, dtype=bool), np.zeros(10))
    assert one_lesion == pytest.approx(0.025), "ten photos of one lesion are one trial"
    low, high = compute_share_interval(np.arange(200) < 100, np.arange(200))
    assert (low, high) == (pytest.approx(0.43, abs=0.01), pytest.approx(0.57, abs=0.01))
    with pytest.raises(ValueError, match="one length"):
        compute_share_interval(np.array([], dtype=bool), [])


def test_a_threshold_finds_what_was_asked_and_no_more() -> None:
    positive = np.arange(20) < 10
    scores = np.concatenate([np.arange(10), np.full(10, -1)]) / 10
    assert choose_threshold(positive, scores, 0.9) == 0.1
    assert choose_threshold(positive, scores, 1.0) == 0.0
    assert choose_threshold(positive, scores, 0.01) == 0.9
    found = measure_at_threshold(positive, scores, 0.5, np.arange(20))
    assert found.sensitivity == 0.5
    assert found.specificity == 1
    assert found.positives == 10
    for wrong in ((np.zeros(20, dtype=bool), 0.9), (positive, 0.0), (positive, 1.1)):
        with pytest.raises(ValueError, match="positive is needed"):
            choose_threshold(wrong[0], scores, wrong[1])


def test_predictive_values_by_hand() -> None:
    # Of 1,000 people 10 are ill: 9 are found, 1 is missed; of 990, 198 are called without need.
    positive, negative = compute_predictive_values(0.9, 0.8, 0.01)
    assert positive == pytest.approx(9 / (9 + 198))
    assert negative == pytest.approx(792 / 793)
    assert count_outcomes(0.9, 0.8, 0.01) == Outcomes(found=9, missed=1, alarmed=198, passed=792)


def test_predictive_values_at_the_ends() -> None:
    assert compute_predictive_values(0.9, 0.8, 0) == (0, 1)
    assert compute_predictive_values(0.9, 0.8, 1) == (1, 0)
    assert compute_predictive_values(0, 1, 0.5) == (None, 0.5)
    assert compute_predictive_values(1, 0, 0.5) == (0.5, None)
    for prevalence in (0, 0.001, 0.3333, 1):
        assert sum(vars(count_outcomes(0.84, 0.77, prevalence)).values()) == 1000


def test_ages_fall_into_their_bands() -> None:
    ages = {0: "under 30", 29.9: "under 30", 30: "30 to 44", 59: "45 to 59", 75: "75 and over"}
    assert {age: name_age_band(age) for age in ages} == ages
    assert name_age_band(None) == "unknown"


def test_groups_by_hand() -> None:
    # Ten women with melanomas of which seven are found; three men with moles.
    labels = np.array([MEL] * 10 + [NV] * 3)
    probabilities = sure([MEL] * 7 + [NV] * 6)
    women, men = score_groups(["f"] * 10 + ["m"] * 3, labels, probabilities, np.arange(13))
    assert (women.group, women.n, women.melanomas) == ("f", 10, 10)
    assert women.accuracy == women.balanced_accuracy == women.melanoma_recall == 0.7
    low, high = women.ci95.melanoma_recall
    assert low < 0.7 < high
    assert (men.n, men.classes, men.accuracy) == (3, 1, None), "three photos tell nothing"
    assert men.ci95 == GroupIntervals(None, None, None)


def test_groups_are_in_the_order_that_a_reader_expects() -> None:
    names = ["unknown", *reversed(AGE_BANDS)]
    found = score_groups(names, np.full(6, NV), sure([NV] * 6), np.arange(6))
    assert [group.group for group in found] == [*AGE_BANDS, "unknown"]
