"""The measurement of the search of similar cases, on few photos and on made-up answers."""

from dataclasses import replace

import numpy as np
import pytest

from qana.classes import LABELS
from qana.data.photo import Photo
from qana.data.samples import Sample
from qana.explanation.choose_cases import build_cases
from qana.explanation.measure_neighbours import (
    compute_mean_shares,
    find_nearest,
    score_neighbours,
)
from qana.explanation.measure_search import measure_search
from qana.explanation.measure_votes import count_votes, describe_wrong_answers, measure_votes
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.events import read_features


def make_photo(sample: Sample) -> Photo:
    base = Photo(
        sample.image_id, sample.lesion_id, sample.label, "", None, "unknown", "", sample.path, None
    )
    return replace(base, source=sample.source, image_type=sample.image_type)


def test_the_measurement_compares_three_kinds_of_features(
    samples: tuple[Sample, ...], classifier: AkidaClassifier
) -> None:
    pytest.importorskip("torch")
    photos = [make_photo(sample) for sample in samples]
    chosen, test, validation = photos[:14], photos[14:18], photos[18:]
    cases = build_cases(chosen, {photo.image_id: photo.lesion_id for photo in chosen})
    features = np.stack(
        [read_features(classifier.classify(read_image(one.path)).outputs) for one in chosen]
    )
    subsets, said = {"validation": validation, "test": test}, []
    found = measure_search(cases, chosen, features, classifier, subsets, said.append)
    assert set(found["neighbours"]) == {"akida", "float", "imagenet"}
    for rows in found["neighbours"].values():
        assert [row["photos"] for row in rows] == [4]
        assert all(0 <= share <= 1 for share in rows[0]["shares"].values())
    gap = found["means"]["float"]["5"] - found["means"]["akida"]["5"]
    assert found["within_float"] == (gap <= 0.02)
    counts = [part["photos"] for part in found["wrong_answers"].values() if part]
    assert sum(counts) == 4
    assert set(found["votes"]) == {"accuracy", "abstention"}
    assert len(said) == 3


def test_shares_are_counted_by_source_and_class(samples: tuple[Sample, ...]) -> None:
    base = make_photo(samples[0])
    photos = [replace(base, label="mel"), replace(base, label="nv"), replace(base, label="mel")]
    labels = np.array([LABELS.index("mel")] * 6 + [LABELS.index("nv")] * 6)
    nearest = np.array(
        [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0, *range(3, 12)], [*range(6, 12), 0, 1, 2, 3]]
    )
    (row,) = score_neighbours(photos, nearest, labels)
    assert row["shares"]["1"] == pytest.approx(1 / 3, abs=1e-4)
    assert row["shares"]["5"] == pytest.approx((5 + 1 + 0) / 15, abs=1e-4)
    assert row["classes"] == {"mel": 0.5, "nv": 0.2}
    assert row["chance"] == 0.5
    assert compute_mean_shares([row, row]) == row["shares"]


def test_the_nearest_is_first(samples: tuple[Sample, ...]) -> None:
    features = np.random.default_rng(1).integers(0, 128, (12, 40))
    order, distances = find_nearest(features[[3, 7]], features)
    assert order[:, 0].tolist() == [3, 7]
    assert distances[:, 0] == pytest.approx([0, 0], abs=1e-9)
    assert (np.diff(distances, axis=1) >= 0).all()


def test_a_vote_that_knows_more_adds_and_a_random_one_does_not() -> None:
    random = np.random.default_rng(0)
    own = random.integers(0, 7, 400)
    noise = random.random((400, 7))
    unsure = noise / noise.sum(axis=1, keepdims=True)
    truth = np.eye(7)[own]
    groups = np.arange(400)
    found = measure_votes((own, unsure, truth), (own, unsure, truth), groups)
    assert found["accuracy"]["adds"] and found["accuracy"]["weight"] > 0
    assert found["accuracy"]["both"] > found["accuracy"]["network"] + 0.2
    assert found["abstention"]["adds"]
    sure = 0.6 * truth + 0.4 * unsure
    useless = np.eye(7)[random.integers(0, 7, 400)]
    found = measure_votes((own, sure, useless), (own, sure, useless), groups)
    assert not found["accuracy"]["adds"]
    assert found["accuracy"]["weight"] == 0


def test_the_cases_of_wrong_answers_are_described_apart() -> None:
    labels = np.array([4] * 5 + [5] * 5)
    nearest = np.array([range(10), [*range(5, 10), *range(5)]])
    distances = np.tile(np.linspace(0.1, 0.2, 10), (2, 1))
    found = describe_wrong_answers(np.array([4, 4]), np.array([4, 5]), nearest, distances, labels)
    assert found["right"]["recorded_class"] == 1
    assert found["wrong"]["recorded_class"] == 0
    assert found["wrong"]["answered_class"] == 1
    assert found["wrong"]["recorded_class_among_them"] == 0
    assert (
        describe_wrong_answers(np.array([4]), np.array([4]), nearest[:1], distances[:1], labels)[
            "wrong"
        ]
        is None
    )
    assert count_votes(nearest, labels)[0].tolist() == [0, 0, 0, 0, 0.5, 0.5, 0]
