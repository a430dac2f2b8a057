"""Tests of the learning experiments, their baselines, and what they learn and test on."""

import numpy as np
import pytest

from qana.edge_learning.baselines import RIDGES, DenseHead, NearestMean, choose_ridge
from qana.edge_learning.edge_engine import EdgeEngine, make_spike_input
from qana.edge_learning.head import Head, LearningRule, make_empty_head
from qana.edge_learning.labelled_spikes import DRAWS, LabelledSpikes
from qana.edge_learning.lesion_experiments import (
    UPDATES,
    measure_forgetting,
    measure_left_out_class,
    measure_seven_classes,
)
from qana.edge_learning.phone_experiments import measure_phone_learning, measure_unseen_class
from qana.edge_learning.train_head import HeadSettings

SPIKES, OWN = 256, 30
CLASSES = ("a", "b", "c")
RIDGE = 30.0
RULE = LearningRule(neurons=4, connections=OWN, competition=0.1)


def make_photos(labels: list[int], lesions: list[str], seed: int) -> LabelledSpikes:
    """Makes photos with most of the spikes of their class and a few random ones."""
    random = np.random.default_rng(seed)
    spikes = (random.random((len(labels), 1, 1, SPIKES)) < 0.03).astype(np.uint8)
    for code, label in zip(spikes, labels, strict=True):
        code[0, 0, label * 40 + random.permutation(40)[:OWN]] = 1
    return LabelledSpikes(spikes, np.array(labels), np.array(lesions))


@pytest.fixture
def engine() -> EdgeEngine:
    return EdgeEngine(make_spike_input(SPIKES), RULE)


@pytest.fixture(scope="module")
def train() -> LabelledSpikes:
    labels = [0, 1, 2] * 30
    return make_photos(labels, [f"{label}-{number // 6}" for number, label in enumerate(labels)], 1)


@pytest.fixture(scope="module")
def test() -> LabelledSpikes:
    labels = [0, 1, 2] * 20
    return make_photos(labels, [f"t{number}" for number in range(len(labels))], 2)


@pytest.fixture
def start(engine: EdgeEngine, train: LabelledSpikes) -> Head:
    return engine.learn(make_empty_head(SPIKES, RULE, CLASSES), train.spikes, train.labels)


class RecordingEngine(EdgeEngine):
    """An engine that records the learned and the recognized photos in their order."""

    def __init__(self) -> None:
        super().__init__(make_spike_input(SPIKES), RULE)
        self.events: list[tuple[str, set[bytes]]] = []

    def learn(self, head: Head, inputs: np.ndarray, labels: list[int]) -> Head:
        self.events.append(("learned", {code.tobytes() for code in inputs}))
        return super().learn(head, inputs, labels)

    def recognize(self, head: Head, inputs: np.ndarray) -> np.ndarray:
        self.events.append(("recognized", {code.tobytes() for code in inputs}))
        return super().recognize(head, inputs)


def test_every_head_learns_separable_classes(engine, start, train, test) -> None:
    found = measure_seven_classes(
        engine, start, HeadSettings(spare=1), train, test, test.labels, RIDGE
    )
    for head in ("edge", "dense", "nearest_mean", "retrained"):
        assert found[head]["balanced_accuracy"]["mean"] > 0.95
    assert found["dense"]["accuracy"] == {"mean": 1.0, "deviation": 0.0}


def test_a_left_out_class_is_learned_from_one_photo_per_lesion(start, train, test) -> None:
    engine = RecordingEngine()
    rows = measure_left_out_class(engine, start, train, test, "b", RIDGE)
    assert {row["lesions"] for row in rows} == {1, 5, 10}  # it has no 20 lesions
    few = [row for row in rows if row["head"] == "edge"]
    assert few[0]["recall"]["mean"] <= few[-1]["recall"]["mean"]
    assert few[-1]["recall"]["mean"] > 0.9
    for row in rows:
        assert row["others_before"] >= row["others_after"]["mean"] - 0.05
    lesion_of = {
        code.tobytes(): lesion for code, lesion in zip(train.spikes, train.groups, strict=True)
    }
    learned_lesions: list[list[str]] = [[]]
    for kind, codes in engine.events:
        if kind == "recognized":
            assert not codes & lesion_of.keys()
            learned_lesions.append([])
        else:
            learned_lesions[-1] += [lesion_of[code] for code in codes]
    learned = [lesions for lesions in learned_lesions if lesions]
    assert [len(lesions) for lesions in learned] == [n for n in (1, 5, 10) for _ in range(DRAWS)]
    for lesions in learned:
        assert len(set(lesions)) == len(lesions)
        assert all(lesion.startswith("1-") for lesion in lesions)


def test_learned_and_tested_photos_share_no_patient(start) -> None:
    labels = [number % 3 for number in range(120)]
    patients = [f"p{number // 4}" for number in range(120)]
    cameras = make_photos(labels, patients, 3)
    patient_of = {
        code.tobytes(): patient for code, patient in zip(cameras.spikes, patients, strict=True)
    }
    engine = RecordingEngine()
    rows = measure_phone_learning(engine, start, cameras)
    assert [row["photos"] for row in rows] == [0, 5, 10, 20, 50]
    recognized, learned = 0, set()
    for kind, codes in engine.events:
        found = {patient_of[code] for code in codes}
        if kind == "learned":
            learned |= found
            continue
        assert not learned & found
        recognized += 1
        if recognized % len(rows) == 0:  # the next draw splits the patients again
            assert len(learned) > 1
            learned = set()
    assert recognized == len(rows) * DRAWS


def test_patients_of_a_new_class_are_not_tested(start, test) -> None:
    new = make_photos([4] * 30, [f"q{number // 2}" for number in range(30)], 4)
    known = LabelledSpikes(test.spikes, test.labels, np.array([f"q{n % 20}" for n in range(60)]))
    patient_of = {
        code.tobytes(): patient
        for part in (new, known)
        for code, patient in zip(part.spikes, part.groups, strict=True)
    }
    engine = RecordingEngine()
    measure_unseen_class(engine, start, new, known)
    learned: set[str] = set()
    before = "recognized"
    for kind, codes in engine.events:
        found = {patient_of[code] for code in codes}
        if kind == "learned":
            learned = found if before == "recognized" else learned | found
        else:
            assert not learned & found
        before = kind


def test_the_best_penalty_on_validation_is_chosen(train, test) -> None:
    labels = np.where(np.arange(len(test.labels)) < 20, (test.labels + 1) % 3, test.labels)
    best = choose_ridge(train.flat, train.labels, test.flat, labels, 3)
    scores = {
        ridge: (DenseHead(train.flat, train.labels, 3, ridge).predict(test.flat) == labels).mean()
        for ridge in RIDGES
    }
    assert scores[best] == max(scores.values())


def test_an_unseen_class_is_learned(engine, start, test) -> None:
    new = make_photos([4] * 30, [f"q{number // 2}" for number in range(30)], 4)
    rows = measure_unseen_class(engine, start, new, test)
    assert [row["patients"] for row in rows] == [1, 5, 10]
    assert rows[-1]["recall"]["mean"] > 0.9
    assert rows[-1]["others_taken_for_it"]["mean"] < 0.1


def test_the_forgetting_curve_has_a_step_for_each_update(engine, start, train, test) -> None:
    curve = measure_forgetting(engine, start, train, test)
    assert len(curve) == UPDATES + 1
    assert curve[0]["deviation"] == 0


def test_updates_of_one_class_are_photos_of_that_class(start, train, test) -> None:
    label_of = {
        code.tobytes(): label for code, label in zip(train.spikes, train.labels, strict=True)
    }
    for only, expected in ((1, {1}), (None, {0, 1, 2})):
        engine = RecordingEngine()
        measure_forgetting(engine, start, train, test, only=only)
        learned_lesions = [codes for kind, codes in engine.events if kind == "learned"]
        assert len(learned_lesions) == UPDATES * DRAWS
        assert {label_of[code] for codes in learned_lesions for code in codes} == expected


def test_a_dense_head_with_more_photos_equals_one_trained_on_all_photos(train, test) -> None:
    first, label = train.labels != 2, 2
    less = DenseHead(train.flat[first], train.labels[first], 3, RIDGE)
    more = train.flat[~first]
    whole = DenseHead(train.flat, train.labels, 3, RIDGE)
    assert np.array_equal(less.predict(test.flat, more, label), whole.predict(test.flat))
    assert not (less.predict(test.flat) == label).any()


def test_the_nearest_mean_has_the_smallest_distance(train, test) -> None:
    means = [train.flat[train.labels == place].mean(axis=0) for place in range(3)]
    distance = [((test.flat - mean) ** 2).sum(axis=1) for mean in means]
    found = NearestMean(train.flat, train.labels, 3).predict(test.flat)
    assert np.array_equal(found, np.argmin(distance, axis=0))
