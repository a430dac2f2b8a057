"""The experiments on learning: nobody who teaches is asked, and each figure is what it says."""

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


def photos(labels: list[int], lesions: list[str], seed: int) -> LabelledSpikes:
    """Codes with most of the spikes of their class, and a few at random."""
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
    return photos(labels, [f"{label}-{number // 6}" for number, label in enumerate(labels)], 1)


@pytest.fixture(scope="module")
def test() -> LabelledSpikes:
    labels = [0, 1, 2] * 20
    return photos(labels, [f"t{number}" for number in range(len(labels))], 2)


@pytest.fixture
def start(engine: EdgeEngine, train: LabelledSpikes) -> Head:
    return engine.learn(make_empty_head(SPIKES, RULE, CLASSES), train.spikes, train.labels)


class Watched(EdgeEngine):
    """The real engine, which notes the photos that teach and those that are asked, in turn."""

    def __init__(self) -> None:
        super().__init__(make_spike_input(SPIKES), RULE)
        self.events: list[tuple[str, set[bytes]]] = []

    def learn(self, head: Head, inputs: np.ndarray, labels: list[int]) -> Head:
        self.events.append(("taught", {code.tobytes() for code in inputs}))
        return super().learn(head, inputs, labels)

    def recognize(self, head: Head, inputs: np.ndarray) -> np.ndarray:
        self.events.append(("asked", {code.tobytes() for code in inputs}))
        return super().recognize(head, inputs)


def test_every_head_learns_codes_that_lie_apart(engine, start, train, test) -> None:
    found = measure_seven_classes(
        engine, start, HeadSettings(spare=1), train, test, test.labels, RIDGE
    )
    for head in ("edge", "dense", "nearest_mean", "retrained"):
        assert found[head]["balanced_accuracy"]["mean"] > 0.95
    assert found["dense"]["accuracy"] == {"mean": 1.0, "deviation": 0.0}


def test_a_class_that_was_left_out_is_learned_from_so_many_lesions_one_photo_each(
    start, train, test
) -> None:
    engine = Watched()
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
    lessons: list[list[str]] = [[]]
    for kind, codes in engine.events:
        if kind == "asked":
            assert not codes & lesion_of.keys()
            lessons.append([])
        else:
            lessons[-1] += [lesion_of[code] for code in codes]
    taught = [lesions for lesions in lessons if lesions]
    assert [len(lesions) for lesions in taught] == [n for n in (1, 5, 10) for _ in range(DRAWS)]
    for lesions in taught:
        assert len(set(lesions)) == len(lesions)
        assert all(lesion.startswith("1-") for lesion in lesions)


def test_no_patient_teaches_and_is_asked(start) -> None:
    labels = [number % 3 for number in range(120)]
    patients = [f"p{number // 4}" for number in range(120)]
    cameras = photos(labels, patients, 3)
    patient_of = {
        code.tobytes(): patient for code, patient in zip(cameras.spikes, patients, strict=True)
    }
    engine = Watched()
    rows = measure_phone_learning(engine, start, cameras)
    assert [row["photos"] for row in rows] == [0, 5, 10, 20, 50]
    asked, taught = 0, set()
    for kind, codes in engine.events:
        found = {patient_of[code] for code in codes}
        if kind == "taught":
            taught |= found
            continue
        assert not taught & found
        asked += 1
        if asked % len(rows) == 0:  # the next draw deals the patients anew
            assert len(taught) > 1
            taught = set()
    assert asked == len(rows) * DRAWS


def test_no_patient_of_a_new_class_is_asked_about_another_lesion(start, test) -> None:
    new = photos([4] * 30, [f"q{number // 2}" for number in range(30)], 4)
    known = LabelledSpikes(test.spikes, test.labels, np.array([f"q{n % 20}" for n in range(60)]))
    patient_of = {
        code.tobytes(): patient
        for part in (new, known)
        for code, patient in zip(part.spikes, part.groups, strict=True)
    }
    engine = Watched()
    measure_unseen_class(engine, start, new, known)
    taught: set[str] = set()
    before = "asked"
    for kind, codes in engine.events:
        found = {patient_of[code] for code in codes}
        if kind == "taught":
            taught = found if before == "asked" else taught | found
        else:
            assert not taught & found
        before = kind


def test_the_penalty_of_the_dense_head_is_the_best_on_validation(train, test) -> None:
    labels = np.where(np.arange(len(test.labels)) < 20, (test.labels + 1) % 3, test.labels)
    best = choose_ridge(train.flat, train.labels, test.flat, labels, 3)
    worth = {
        ridge: (DenseHead(train.flat, train.labels, 3, ridge).predict(test.flat) == labels).mean()
        for ridge in RIDGES
    }
    assert worth[best] == max(worth.values())


def test_a_class_no_layer_has_seen_is_learned_beside_the_others(engine, start, test) -> None:
    new = photos([4] * 30, [f"q{number // 2}" for number in range(30)], 4)
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
        engine = Watched()
        measure_forgetting(engine, start, train, test, only=only)
        lessons = [codes for kind, codes in engine.events if kind == "taught"]
        assert len(lessons) == UPDATES * DRAWS
        assert {label_of[code] for codes in lessons for code in codes} == expected


def test_the_dense_head_that_learns_more_is_the_one_trained_from_all(train, test) -> None:
    first, label = train.labels != 2, 2
    less = DenseHead(train.flat[first], train.labels[first], 3, RIDGE)
    more = train.flat[~first]
    whole = DenseHead(train.flat, train.labels, 3, RIDGE)
    assert np.array_equal(less.predict(test.flat, more, label), whole.predict(test.flat))
    assert not (less.predict(test.flat) == label).any()


def test_the_nearest_mean_is_the_nearest(train, test) -> None:
    means = [train.flat[train.labels == place].mean(axis=0) for place in range(3)]
    distance = [((test.flat - mean) ** 2).sum(axis=1) for mean in means]
    found = NearestMean(train.flat, train.labels, 3).predict(test.flat)
    assert np.array_equal(found, np.argmin(distance, axis=0))
