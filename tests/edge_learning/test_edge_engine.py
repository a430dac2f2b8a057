"""The engine gives the same results to several threads, in the simulator and on virtual chips."""

import threading

import akida
import numpy as np
import pytest

from qana.classes import LABELS
from qana.edge_learning.edge_engine import LEARNING_LAYER, EdgeEngine
from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head import MAX_CLASSES, Head
from qana.inference.backend import CHIP, CHIP_LOST, SIMULATOR
from tests.doubles.edge_doubles import MEL, edge, full, images, learn_photos, photos, spikes, young

__all__ = ["edge", "images", "photos", "spikes", "young"]


def test_two_threads_get_the_same_results_as_one(edge: EdgeModel, images) -> None:
    def run_course(
        learner: EdgeLearner, own: list[np.ndarray], names: tuple[str, ...]
    ) -> list[list[int]]:
        for name in names:
            if name not in learner.head.classes:
                learner.add_class(name)
        lessons = [
            learner.learn(image, names[number % len(names)]) for number, image in enumerate(own)
        ]
        return [one.agreement.tolist() for it in lessons for one in (it.before, it.after)]

    courses = ((images[:5], ("scar", "mel")), (images[8:13], ("nv", "tattoo", "scar")))
    alone = [EdgeLearner(edge) for _ in courses]
    expected = [run_course(learner, *one) for learner, one in zip(alone, courses, strict=True)]
    together = [EdgeLearner(edge) for _ in courses]
    found: list[list[list[int]]] = [[], []]
    barrier = threading.Barrier(2)

    def run(number: int) -> None:
        barrier.wait()
        found[number] = run_course(together[number], *courses[number])

    threads = [threading.Thread(target=run, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == expected
    for one, other in zip(together, alone, strict=True):
        assert one.head.equals(other.head)
    assert not together[0].head.equals(together[1].head)


@pytest.fixture
def nothing_takes_over(monkeypatch) -> None:
    """A virtual device takes the network and its head, and then cannot run them."""
    monkeypatch.setattr(EdgeEngine, "_run_with_fallback", lambda _engine, action: action())


def test_without_a_chip_it_learns_in_the_simulator(edge: EdgeModel) -> None:
    if not akida.devices():
        assert edge.engine.backend.kind == SIMULATOR
        assert "Akida 1.0 simulator" in edge.engine.backend.device


@pytest.mark.usefixtures("nothing_takes_over")
@pytest.mark.parametrize("device", [akida.AKD1000, akida.AKD1500])
@pytest.mark.parametrize("classes", [len(LABELS), MAX_CLASSES])
def test_network_and_head_map_to_the_connected_chip(
    edge: EdgeModel, photos: np.ndarray, monkeypatch, device: type, classes: int
) -> None:
    chip = device()
    monkeypatch.setattr(akida, "devices", lambda: [akida.TwelveNodesIPv2(), chip])
    network = akida.Model(str(edge.entry.path.with_name(edge.record["file"])))
    engine = EdgeEngine(network, edge.initial_head.rule)
    assert engine.backend.kind == CHIP
    head = full(edge.initial_head) if classes == MAX_CLASSES else edge.initial_head
    with pytest.raises(RuntimeError, match="actual hardware device"):
        engine.learn(head, photos[:1], [MEL])
    assert engine.backend.chip is chip
    (sequence,) = engine.model.sequences
    assert sequence.backend == akida.BackendType.Hardware
    if device is akida.AKD1000:
        assert len(sequence.passes) == 1
    if classes == len(LABELS):
        assert len(sequence.passes) == edge.record["passes"][device.__name__]
    layer = engine.model.get_layer(LEARNING_LAYER)
    assert len(layer.mapping.nps) == 1  # the vendor's learning works on one processor only
    assert layer.parameters.units == classes * head.rule.neurons
    np.testing.assert_array_equal(layer.get_variable("weights")[0, 0], head.weights)


@pytest.mark.usefixtures("nothing_takes_over")
def test_the_chip_is_programmed_with_the_used_head(
    edge: EdgeModel, young: Head, photos: np.ndarray, spikes: np.ndarray, monkeypatch
) -> None:
    learned = learn_photos(edge.spike_engine, young, spikes[:3], MEL)
    monkeypatch.setattr(akida, "devices", lambda: [akida.AKD1000()])
    network = akida.Model(str(edge.entry.path.with_name(edge.record["file"])))
    engine = EdgeEngine(network, edge.initial_head.rule)
    programs = []
    for head in (young, learned, young, full(young)):
        with pytest.raises(RuntimeError, match="actual hardware device"):
            engine.recognize(head, photos[:1])
        programs.append(bytes(engine.model.sequences[0].program))
        engine.model.map(akida.AKD1000(), hw_only=True)
        assert bytes(engine.model.sequences[0].program) == programs[-1]
    assert programs[0] == programs[2] != programs[1]


def test_the_simulator_continues_if_the_chip_is_unplugged(
    edge: EdgeModel, photos: np.ndarray, monkeypatch
) -> None:
    monkeypatch.setattr(akida, "devices", lambda: [akida.AKD1000()])
    network = akida.Model(str(edge.entry.path.with_name(edge.record["file"])))
    engine = EdgeEngine(network, edge.initial_head.rule)
    assert (engine.backend.kind, engine.backend.warning) == (CHIP, None)
    learned = engine.learn(edge.initial_head, photos[:2], [MEL, MEL])
    assert (engine.backend.kind, engine.backend.warning) == (SIMULATOR, CHIP_LOST)
    assert learned.equals(edge.engine.learn(edge.initial_head, photos[:2], [MEL, MEL]))
    grown = full(learned)  # a larger head must not search for the chip again
    np.testing.assert_array_equal(
        engine.recognize(grown, photos[:2]), edge.engine.recognize(grown, photos[:2])
    )
    assert engine.backend.kind == SIMULATOR
