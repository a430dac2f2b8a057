"""Limits, places, chosen photos and file names of the sources protocol, each by hand."""

from dataclasses import replace

import numpy as np
import pytest

from qana.data.photo import CLOSE_UP, SMARTPHONE
from qana.evaluation.source_table import AnswerScores, Estimate
from qana.protocols.classified_photos import choose_photos
from qana.protocols.event_places import count_places
from qana.protocols.phone_conditions import CONDITIONS, LARGEST_LOSS, find_limit
from qana.protocols.phone_conditions_report import ConditionResult
from qana.protocols.sources_report import name_report
from tests.doubles.source_photos import photos

__all__ = ["photos"]


def make_condition(strength: float, clean: float, changed: float) -> ConditionResult:
    def scores(auc: float) -> AnswerScores:
        estimate = Estimate(auc, 9, 9, (0, 1))
        return AnswerScores(9, 9, 0, *[estimate] * 6)

    share = Estimate(1.0, 9, 9, (0, 1))
    return ConditionResult(
        "milk10k", CLOSE_UP, "moved", strength, scores(clean), scores(changed), share, share
    )


def test_the_limit_is_the_last_strength_before_too_much_is_lost() -> None:
    first, second, third, fourth = CONDITIONS["moved"].strengths
    results = [
        make_condition(first, 0.9, 0.88),
        make_condition(second, 0.9, 0.88),
        make_condition(second, 0.9, 0.84),  # two sources lose .04 on average
        make_condition(third, 0.9, 0.8),
        make_condition(fourth, 0.9, 0.9),  # luck does not make it usable again
    ]
    limit = find_limit("moved", results)
    assert limit.auc_lost == pytest.approx([0.02, 0.04, 0.1, 0])
    assert limit.usable_up_to == second
    assert find_limit("moved", [make_condition(first, 0.9, 0.9 - 2 * LARGEST_LOSS)]) == replace(
        limit, auc_lost=[pytest.approx(0.1), None, None, None], usable_up_to=None
    )


def test_places_by_hand() -> None:
    mask = np.zeros((8, 8), bool)
    mask[:, :3] = True
    output = np.zeros((4, 4, 2), np.int8)
    output[0, 0], output[3, 3, 1] = (5, -1), 2
    # The second column of places is half covered, so it lies outside.
    assert count_places(output, mask).tolist() == [[2, 8], [1, 24]]


def test_whole_lesions_are_chosen(photos) -> None:
    phone = [photo for photo in photos if photo.image_type == SMARTPHONE]
    assert choose_photos(phone, 7) == phone
    chosen = choose_photos(phone, 4)
    assert len(chosen) == 4 and chosen == choose_photos(phone, 4)
    assert len({photo.patient_id for photo in chosen}) <= 3


def test_each_model_and_subset_has_a_file() -> None:
    assert name_report() == "protocols/sources.json"
    assert name_report("akd1000") == "protocols/sources-akd1000.json"
    assert name_report(subset="validation") == "protocols/sources-validation.json"
