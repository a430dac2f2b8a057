"""Metrics against scikit-learn and against counts by hand."""

import warnings

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score

from qana.classes import LABELS
from qana.evaluation.metrics import compute_expected_calibration_error, score_probabilities
from qana.evaluation.report_files import to_document
from qana.evaluation.scores import ClassScores, Scores
from qana.inference.temperature import softmax


def made_up(count: int, classes: int = 7, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes labels, and probabilities that favour them."""
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
    found = score_probabilities(labels, probabilities)
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
    found = score_probabilities(
        np.array([nv, nv, nv, mel, mel, bcc]), sure([nv, nv, mel, mel, df, bcc])
    )
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
    assert score_probabilities(labels, probabilities).auc == pytest.approx(3 / 4)


def test_one_class_alone_has_no_auc() -> None:
    found = score_probabilities(np.array([5, 5]), sure([5, 4]))
    assert found.auc is None
    assert found.accuracy == found.balanced_accuracy == 0.5
    assert found.macro_f1 == pytest.approx(2 / 3)


def test_present_class_never_predicted() -> None:
    found = score_probabilities(np.array([5, 4]), sure([5, 5]))
    assert found.per_class["mel"] == ClassScores(1, None, 0.0, 0.0)
    assert found.macro_f1 == pytest.approx((2 / 3 + 0) / 2)


def test_ece_by_hand() -> None:
    # Two photos at 0.9, one of them right; two at 0.5, both right.
    labels = np.array([5, 5, 4, 4])
    probabilities = np.concatenate([sure([5, 4], 0.9), sure([4, 4], 0.5)])
    assert compute_expected_calibration_error(labels, probabilities) == pytest.approx(
        (0.4 + 0.5) / 2
    )


def test_ece_gaps_within_a_bin_cancel_and_across_bins_do_not() -> None:
    labels = np.array([5, 5])
    same = np.concatenate([sure([5], 0.49), sure([4], 0.51)])
    apart = np.concatenate([sure([5], 0.49), sure([4], 0.55)])
    assert compute_expected_calibration_error(labels, same) == pytest.approx(0.0)
    assert compute_expected_calibration_error(labels, apart) == pytest.approx((0.51 + 0.55) / 2)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(1, 7), st.integers(0, 10_000))
def test_any_set_gives_plain_json(count: int, classes: int, seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = score_probabilities(*made_up(count, classes, seed))
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
        score_probabilities(labels, probabilities)
