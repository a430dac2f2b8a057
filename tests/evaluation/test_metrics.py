"""Metrics against scikit-learn and against counts by hand; intervals; temperature; softmax."""

import time
import warnings

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

from qana.classes import LABELS
from qana.evaluation.bootstrap import compute_intervals
from qana.evaluation.fit_temperature import fit_temperature
from qana.evaluation.metrics import expected_calibration_error, summarize
from qana.evaluation.report_files import to_document
from qana.evaluation.scores import ClassScores, Interval, Scores
from qana.inference.probabilities import malignant_probability
from qana.inference.temperature import softmax

NAMES = ("accuracy", "balanced_accuracy", "macro_f1")


def made_up(count: int, classes: int = 7, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels and probabilities that lean towards them."""
    random = np.random.default_rng(seed)
    labels = random.integers(classes, size=count)
    logits = random.normal(size=(count, 7)) + 1.5 * np.eye(7)[labels]
    return labels, softmax(logits)


def sure(predicted: list[int], confidence: float = 1.0) -> np.ndarray:
    rest = (1 - confidence) / 6
    return np.where(np.eye(7)[predicted] == 1, confidence, rest)


def test_agrees_with_sklearn() -> None:
    labels, probabilities = made_up(500)
    predicted = probabilities.argmax(axis=1)
    found = summarize(labels, probabilities)
    assert found.accuracy == pytest.approx((labels == predicted).mean())
    assert found.balanced_accuracy == pytest.approx(balanced_accuracy_score(labels, predicted))
    assert found.macro_f1 == pytest.approx(f1_score(labels, predicted, average="macro"))
    assert found.auc == pytest.approx(
        roc_auc_score(labels, probabilities, multi_class="ovr", average="macro")
    )
    assert 0.4 < found.accuracy < 0.9, "an easy or hopeless set would prove little"


def test_by_hand() -> None:
    # Truth: 3 nv, 2 mel, 1 bcc. One nv is called mel, one mel is called df.
    bcc, df, mel, nv = (LABELS.index(label) for label in ("bcc", "df", "mel", "nv"))
    found = summarize(np.array([nv, nv, nv, mel, mel, bcc]), sure([nv, nv, mel, mel, df, bcc]))
    assert found.n == 6
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.balanced_accuracy == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert found.macro_f1 == pytest.approx((4 / 5 + 2 / 4 + 1) / 3)
    assert found.ece == pytest.approx(2 / 6)
    assert found.per_class["nv"] == ClassScores(3, 1.0, pytest.approx(2 / 3), pytest.approx(4 / 5))
    assert found.per_class["df"] == ClassScores(0, 0.0, None, 0.0)
    assert found.per_class["vasc"] == ClassScores(0, None, None, None)
    expected = np.zeros((7, 7), dtype=int)
    expected[nv, nv], expected[nv, mel], expected[bcc, bcc] = 2, 1, 1
    expected[mel, mel], expected[mel, df] = 1, 1
    assert found.confusion == expected.tolist()
    assert found.labels == list(LABELS)
    assert list(found.per_class) == list(LABELS)


def test_auc_by_hand() -> None:
    labels = np.array([4, 4, 5, 5])
    probabilities = np.zeros((4, 7))
    probabilities[:, 4] = [0.9, 0.4, 0.6, 0.1]  # of the 4 pairs, one is in the wrong order
    probabilities[:, 5] = 1 - probabilities[:, 4]
    assert summarize(labels, probabilities).auc == pytest.approx(3 / 4)


def test_one_class_alone_has_no_auc() -> None:
    found = summarize(np.array([5, 5]), sure([5, 4]))
    assert found.auc is None
    assert found.accuracy == found.balanced_accuracy == 0.5
    assert found.macro_f1 == pytest.approx(2 / 3)


def test_present_class_never_predicted() -> None:
    found = summarize(np.array([5, 4]), sure([5, 5]))
    assert found.per_class["mel"] == ClassScores(1, None, 0.0, 0.0)
    assert found.macro_f1 == pytest.approx((2 / 3 + 0) / 2)


def test_ece_by_hand() -> None:
    # Two photos at 0.9, one of them right; two at 0.5, both right.
    labels = np.array([5, 5, 4, 4])
    probabilities = np.concatenate([sure([5, 4], 0.9), sure([4, 4], 0.5)])
    assert expected_calibration_error(labels, probabilities) == pytest.approx((0.4 + 0.5) / 2)


def test_ece_gaps_within_a_bin_cancel_and_across_bins_do_not() -> None:
    labels = np.array([5, 5])
    same = np.concatenate([sure([5], 0.49), sure([4], 0.51)])
    apart = np.concatenate([sure([5], 0.49), sure([4], 0.55)])
    assert expected_calibration_error(labels, same) == pytest.approx(0.0)
    assert expected_calibration_error(labels, apart) == pytest.approx((0.51 + 0.55) / 2)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(1, 7), st.integers(0, 10_000))
def test_any_set_gives_plain_json(count: int, classes: int, seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = summarize(*made_up(count, classes, seed))
    assert msgspec.convert(to_document(found), Scores) == found
    for name in ("accuracy", "balanced_accuracy", "macro_f1", "ece"):
        assert type(getattr(found, name)) is float and 0 <= getattr(found, name) <= 1
    assert sum(map(sum, found.confusion)) == found.n == count


@pytest.mark.parametrize(
    ("labels", "probabilities"),
    [
        (np.array([], dtype=int), np.zeros((0, 7))),
        (np.array([7]), sure([5])),
        (np.array([-1]), sure([5])),
        (np.array([5.0]), sure([5])),
        (np.array([5, 5]), sure([5])),
        (np.array([5]), np.full((1, 7), np.nan)),
        (np.array([5]), np.full((1, 7), 0.5)),
        (np.array([5]), sure([5], 1.5)),
        (np.array([5]), np.ones((1, 1))),
    ],
)
def test_refuses_what_is_no_probability(labels: np.ndarray, probabilities: np.ndarray) -> None:
    with pytest.raises(ValueError, match="must be"):
        summarize(labels, probabilities)


def width(interval: Interval) -> float:
    return interval[1] - interval[0]


def test_photos_of_one_lesion_widen_the_interval() -> None:
    labels, probabilities = made_up(150)
    predicted = probabilities.argmax(axis=1)
    lesions = np.repeat(np.arange(150), 4)
    copies = np.repeat(labels, 4), np.repeat(predicted, 4)
    by_lesion, by_image = (
        compute_intervals(*copies, lesions),
        compute_intervals(*copies, np.arange(600)),
    )
    for name in NAMES:
        # Four copies tell no more than one: the width is that of 150 photos, twice that of 600.
        assert width(getattr(by_lesion, name)) == pytest.approx(
            2 * width(getattr(by_image, name)), rel=0.2
        )
    alone = compute_intervals(labels, predicted, np.arange(150))
    assert by_lesion.accuracy == pytest.approx(alone.accuracy, abs=0.02)


def test_interval_is_that_of_the_binomial() -> None:
    labels = np.full(400, 5)
    predicted = np.where(np.arange(400) < 300, 5, 4)
    low, high = compute_intervals(labels, predicted, np.arange(400), draws=4000).accuracy
    spread = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert (low, high) == pytest.approx((0.75 - spread, 0.75 + spread), abs=0.005)


def test_interval_covers() -> None:
    random = np.random.default_rng(1)
    trials, hits = 150, 0
    for trial in range(trials):
        # 120 lesions of three photos; a lesion is right or wrong as a whole, at 70 %.
        right = np.repeat(random.random(120) < 0.7, 3)
        labels = np.full(360, 5)
        predicted = np.where(right, 5, 4)
        groups = np.repeat(np.arange(120), 3)
        low, high = compute_intervals(labels, predicted, groups, draws=300, seed=trial).accuracy
        hits += low <= 0.7 <= high
    assert 0.89 <= hits / trials <= 0.99


def test_one_lesion_gives_the_scores_themselves() -> None:
    labels, probabilities = made_up(40, classes=4)
    found = summarize(labels, probabilities)
    drawn = compute_intervals(labels, probabilities.argmax(axis=1), np.zeros(40), draws=3)
    for name in NAMES:
        assert getattr(drawn, name) == pytest.approx([getattr(found, name)] * 2)


def test_seed_decides_and_group_names_do_not() -> None:
    labels, probabilities = made_up(200)
    predicted = probabilities.argmax(axis=1)
    numbers = np.arange(200) // 2
    names = [f"HAM_{number:07d}" for number in numbers]
    first = compute_intervals(labels, predicted, numbers)
    assert first == compute_intervals(labels, predicted, names)
    assert first != compute_intervals(labels, predicted, numbers, seed=1)
    accuracy = (labels == predicted).mean()
    assert first.accuracy[0] < accuracy < first.accuracy[1]


def test_bootstrap_is_fast() -> None:
    labels, probabilities = made_up(2000)
    start = time.process_time()
    compute_intervals(labels, probabilities.argmax(axis=1), np.arange(2000), draws=1000)
    assert time.process_time() - start < 3


def test_bootstrap_refuses_unequal_lengths() -> None:
    for labels, groups in ((np.array([5, 5]), [1]), (np.array([], dtype=int), [])):
        with pytest.raises(ValueError, match="one length"):
            compute_intervals(labels, labels, groups)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_temperature_is_recovered(temperature: float) -> None:
    random = np.random.default_rng(0)
    logits = random.normal(scale=2.0, size=(20_000, 7))
    chances = softmax(logits).cumsum(axis=1)
    labels = (random.random((20_000, 1)) > chances).sum(axis=1).clip(max=6)
    assert fit_temperature(logits * temperature, labels) == pytest.approx(temperature, rel=0.03)


def test_temperature_mends_calibration() -> None:
    labels, _ = made_up(3000)
    logits = 6 * (np.random.default_rng(3).normal(size=(3000, 7)) + 1.5 * np.eye(7)[labels])
    before = summarize(labels, softmax(logits))
    after = summarize(labels, softmax(logits, fit_temperature(logits, labels)))
    assert before.ece > 0.2
    assert after.ece < 0.03
    assert after.confusion == before.confusion


def test_temperature_stays_in_its_bounds() -> None:
    logits = np.eye(7) / 2
    assert fit_temperature(logits, np.arange(7)) == pytest.approx(0.05, rel=0.01)
    assert fit_temperature(logits, np.roll(np.arange(7), 1)) == pytest.approx(20, rel=0.01)
    with pytest.raises(ValueError, match="finite"):
        fit_temperature(np.full((1, 7), np.inf), np.array([0]))


def test_softmax_survives_large_integers() -> None:
    logits = np.array([[0, 100_000, 0, 0, 0, 0, 99_999]], dtype=np.int32)
    found = softmax(logits)
    assert found.dtype == np.float64
    assert found[0, 1] == pytest.approx(1 / (1 + np.exp(-1)))
    assert softmax(logits, temperature=2.0)[0, 1] == pytest.approx(1 / (1 + np.exp(-0.5)))


def test_malignant_classes() -> None:
    assert malignant_probability(np.eye(7)).tolist() == [1, 1, 0, 0, 1, 0, 0]
    assert malignant_probability(np.full((1, 7), 0.1)) == pytest.approx([0.3])
