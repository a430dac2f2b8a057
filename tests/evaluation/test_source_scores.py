"""Scores by source against counts by hand."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qana.classes import LABELS
from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE, Photo
from qana.evaluation.estimates import estimate_median, make_answers, score_answers
from qana.evaluation.source_scores import compute_criterion, evaluate_sources, group_by_source
from qana.evaluation.source_table import SourceTable


def make_photo(number: int, label: str | None, source: str, image_type: str) -> Photo:
    patient = f"P{number // 2}" if source == "pad_ufes_20" else None
    name = f"{source}{number}"
    return Photo(
        name, f"L{name}", label, "histo", 50.0, "male", "back", Path("x.jpg"), None,
        source=source, image_type=image_type, patient_id=patient,
    )  # fmt: skip


def make_logits(answers: str) -> np.ndarray:
    return 4.0 * np.eye(7)[[LABELS.index(label) for label in answers.split()]]


def score(labels: str, answers: str):
    known = [None if label == "-" else label for label in labels.split()]
    photos = [make_photo(i, label, "milk10k", CLOSE_UP) for i, label in enumerate(known)]
    return score_answers(make_answers(photos, make_logits(answers)))


def test_scores_by_hand() -> None:
    found = score("mel mel nv nv bcc df -", "mel nv nv nv df df bcc")
    assert (found.photos, found.out_of_scope, found.accuracy.photos) == (7, 1, 6)
    assert found.accuracy.value == pytest.approx(4 / 6), "the photo without a label is left out"
    assert found.balanced_accuracy.value == pytest.approx((0.5 + 1 + 0 + 1) / 4)
    assert found.balanced_five.value == pytest.approx((0.5 + 1 + 0) / 3), "df is left out"
    assert found.balanced_five.photos == 5
    assert (found.melanoma_recall.value, found.melanoma_recall.photos) == (0.5, 2)
    # Three lesions need a look; only one gets a higher score than the three others.
    assert found.auc.value == pytest.approx((3 + 1.5 + 1.5) / 9)
    low, high = found.accuracy.ci95
    assert low < 4 / 6 < high


def test_what_the_photos_do_not_define_is_none() -> None:
    found = score("nv nv", "nv nv")
    assert found.auc.value is found.auc.ci95 is found.melanoma_recall.value is None
    assert found.accuracy.value == 1
    for estimate in (found.accuracy, found.balanced_five, found.macro_f1):
        assert estimate.ci95[0] < 0.5, "two lesions prove little"
    only_others = score("- -", "nv nv")
    assert only_others.accuracy.value is None
    assert only_others.out_of_scope == only_others.photos == 2


def test_rows_are_in_the_order_of_the_sources_and_weigh_alike() -> None:
    phone = [make_photo(i, "nv", "pad_ufes_20", SMARTPHONE) for i in range(4)]
    close = [make_photo(i, "nv", "milk10k", CLOSE_UP) for i in range(2)]
    scope = [make_photo(i, "nv", "milk10k", DERMOSCOPIC) for i in range(1)]
    photos = [*phone, *close, *scope]
    inputs = np.arange(7, dtype=np.uint8)[:, None, None, None] * np.ones((1, 8, 8, 3), np.uint8)

    def predict(given: np.ndarray) -> np.ndarray:
        assert given.shape == (7, 8, 8, 3)
        # Right for the phone photos alone.
        return make_logits(" ".join("nv" if image[0, 0, 0] < 4 else "mel" for image in given))

    table = evaluate_sources(predict, photos, inputs)
    kinds = [(row.source, row.image_type) for row in table.rows]
    assert kinds == [
        ("milk10k", DERMOSCOPIC), ("milk10k", CLOSE_UP), ("pad_ufes_20", SMARTPHONE)
    ]  # fmt: skip
    assert [row.scores.accuracy.value for row in table.rows] == [0, 0, 1]
    assert [row.scores.lesions for row in table.rows] == [1, 2, 2], "PAD counts patients"
    assert table.criterion == pytest.approx(1 / 3), "each row has equal weight"
    assert isinstance(table, SourceTable)


def test_scores_without_intervals_are_the_same() -> None:
    photos = [make_photo(i, "mel" if i % 3 else "nv", "milk10k", CLOSE_UP) for i in range(9)]
    answers = make_answers(photos, np.random.default_rng(1).normal(size=(9, 7)))
    full, quick = score_answers(answers), score_answers(answers, intervals=False)
    for name in ("accuracy", "balanced_accuracy", "balanced_five", "macro_f1", "auc"):
        assert getattr(quick, name) == replace(getattr(full, name), ci95=None)
    inputs = np.zeros((9, 8, 8, 3), np.uint8)
    table = evaluate_sources(lambda _: np.zeros((9, 7)), photos, inputs, intervals=False)
    assert table.rows[0].scores.melanoma_recall.ci95 is None


def test_criterion_is_the_mean_of_three_scores() -> None:
    found = score("mel mel nv nv bcc df -", "mel nv nv nv df df bcc")
    three = (found.accuracy.value, found.balanced_five.value, found.macro_f1.value)
    assert compute_criterion([found]) == pytest.approx(np.mean(three))
    assert compute_criterion([found, score("-", "nv")]) == compute_criterion([found])
    with pytest.raises(ValueError, match="at least one photo"):
        compute_criterion([score("-", "nv")])


def test_a_median_and_its_interval() -> None:
    values = np.array([1.0, 2.0, 3.0, 100.0, 5.0])
    found = estimate_median(values, np.arange(5))
    assert found.value == 3
    assert 1 <= found.ci95[0] < 3 < found.ci95[1] <= 100
    one_lesion = estimate_median(values, np.zeros(5))
    assert one_lesion.ci95 == (3, 3)


def test_wrong_numbers_of_logits_are_refused() -> None:
    photos = [make_photo(0, "nv", "milk10k", CLOSE_UP)]
    with pytest.raises(ValueError, match="logits must be"):
        make_answers(photos, np.zeros((2, 7)))
    assert group_by_source(photos) == {("milk10k", CLOSE_UP): [0]}


def test_three_thousand_photos_take_seconds() -> None:
    random = np.random.default_rng(0)
    labels = random.choice(LABELS, 3000)
    photos = [make_photo(i, label, "milk10k", CLOSE_UP) for i, label in enumerate(labels)]
    begun = time.perf_counter()
    score_answers(make_answers(photos, random.normal(size=(3000, 7))))
    assert time.perf_counter() - begun < 10
