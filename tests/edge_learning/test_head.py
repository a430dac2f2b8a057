"""Tests of the edge head, its engine in the simulator and on virtual devices, and the learner."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import akida
import numpy as np
import pytest

from qana.classes import LABELS
from qana.edge_learning.edge_engine import LEARNING_LAYER, EdgeEngine, make_spike_input
from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.head import (
    MAX_CLASSES,
    Head,
    HeadError,
    add_class,
    make_empty_head,
    remove_class,
)
from qana.edge_learning.head_files import encode_head
from qana.edge_learning.teaching_photos import load_teaching_photos
from qana.errors import ModelError
from qana.inference.backend import CHIP, CHIP_LOST, SIMULATOR
from qana.inference.manifest import find_entry

MEL, NV = LABELS.index("mel"), LABELS.index("nv")


@pytest.fixture(scope="module")
def edge() -> EdgeModel:
    return load_edge_model()


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    """Three (128, 128, 3) uint8 photos of each class, class by class."""
    found = load_teaching_photos()
    return [one.image for label in LABELS for one in found if one.label == label][::3][:21]


@pytest.fixture(scope="module")
def photos(edge: EdgeModel, images: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([edge.to_inputs(image) for image in images])


@pytest.fixture(scope="module")
def spikes(edge: EdgeModel, photos: np.ndarray) -> np.ndarray:
    return edge.compute_spikes(photos)


@pytest.fixture(scope="module")
def young(edge: EdgeModel, spikes: np.ndarray) -> Head:
    """A head that has learned two photos of each class, so that every further photo changes it.

    A head that has learned many photos may ignore a photo.
    """
    head = make_empty_head(edge.initial_head.spike_count, edge.initial_head.rule, LABELS)
    for place in range(len(LABELS)):
        head = learn_photos(edge.spike_engine, head, spikes[3 * place : 3 * place + 2], place)
    return head


def learn_photos(engine: EdgeEngine, head: Head, inputs: np.ndarray, place: int) -> Head:
    """Learns photos one at a time."""
    for one in inputs:
        head = engine.learn(head, one[None], [place])
    return head


def full(head: Head) -> Head:
    while len(head.classes) < MAX_CLASSES:
        head = add_class(head, f"class {len(head.classes)}")
    return head


# Learning


def test_the_initial_head_has_the_seven_classes(edge: EdgeModel) -> None:
    assert edge.initial_head.classes == LABELS
    assert all(edge.initial_head.photo_counts)
    assert edge.entry.target == "akd1000"


def test_a_model_of_akida_2_cannot_learn() -> None:
    with pytest.raises(ModelError, match=r"akida2 has no edge head: choose one for Akida 1\.0"):
        load_edge_model("akida2")


@pytest.mark.parametrize("edge_record", [{}, {"file": "akd1000.front.fbz"}, "head", {"file": 1}])
def test_a_damaged_entry_of_the_manifest_gets_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edge_record: object
) -> None:
    record = find_entry("akd1000").record | {"edge": edge_record}
    (tmp_path / "manifest.json").write_text(json.dumps({"models": [record]}), encoding="utf-8")
    monkeypatch.setenv("QANA_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match=r"record of the edge head of akd1000 in .* is damaged"):
        load_edge_model()


def test_learning_does_not_depend_on_earlier_calls(
    edge: EdgeModel, young: Head, spikes: np.ndarray
) -> None:
    fresh = EdgeEngine(make_spike_input(edge.initial_head.spike_count), edge.initial_head.rule)
    worn = EdgeEngine(make_spike_input(edge.initial_head.spike_count), edge.initial_head.rule)
    worn.recognize(full(edge.initial_head), spikes)
    learn_photos(worn, add_class(edge.initial_head, "other"), spikes[:9], len(LABELS))
    learn_photos(worn, remove_class(young, "bcc"), spikes[9:], 0)
    for head, place in (
        (young, MEL),
        (young, NV),
        (add_class(edge.initial_head, "scar"), len(LABELS)),
    ):
        moved = 0
        for one in spikes[2::5, None]:
            expected = fresh.learn(head, one, [place])
            moved += not np.array_equal(expected.weights, head.weights)
            assert worn.learn(head, one, [place]).equals(expected)
            assert worn.learn(head, one, [place]).equals(expected)
            answers = worn.recognize(expected, spikes)
            np.testing.assert_array_equal(answers, fresh.recognize(expected, spikes))
        assert moved


def test_learning_is_equal_in_another_process(edge: EdgeModel, spikes: np.ndarray) -> None:
    code = (
        "import sys, numpy as np\n"
        "from qana.edge_learning.edge_model import load_edge_model\n"
        "from qana.edge_learning.head import add_class\n"
        "from qana.edge_learning.head_files import encode_head\n"
        "edge, head = load_edge_model(), None\n"
        "bits = np.frombuffer(sys.stdin.buffer.read(), np.uint8)\n"
        "head = add_class(edge.initial_head, 'scar')\n"
        "for one in bits.reshape(-1, 1, 1, 1, edge.initial_head.spike_count):\n"
        "    head = edge.spike_engine.learn(head, one, [7])\n"
        "sys.stdout.buffer.write(encode_head(head, edge.front_sha256))"
    )
    learned = learn_photos(
        edge.spike_engine, add_class(edge.initial_head, "scar"), spikes[:5], len(LABELS)
    )
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, input=spikes[:5].tobytes(), capture_output=True, check=True)
    assert ran.stdout == encode_head(learned, edge.front_sha256)


def test_the_whole_network_and_the_spikes_alone_give_the_same_head(
    edge: EdgeModel, photos: np.ndarray, spikes: np.ndarray
) -> None:
    for head, place in (
        (edge.initial_head, MEL),
        (add_class(edge.initial_head, "scar"), len(LABELS)),
    ):
        whole = learn_photos(edge.engine, head, photos[:4], place)
        short = learn_photos(edge.spike_engine, head, spikes[:4], place)
        assert whole.equals(short)
        answers = edge.engine.recognize(whole, photos[:9])
        assert answers.dtype == np.int32
        assert answers.shape == (9, len(head.classes))
        np.testing.assert_array_equal(answers, edge.spike_engine.recognize(short, spikes[:9]))


def test_a_score_is_the_sum_of_the_largest_potentials(edge: EdgeModel, spikes: np.ndarray) -> None:
    flat = spikes.reshape(len(spikes), -1).astype(np.int32)
    counted = flat @ edge.initial_head.weights.astype(np.int32)
    counted = np.sort(counted.reshape(len(spikes), len(LABELS), -1), axis=2)
    strongest = sum(counted[..., -n] for n in range(1, edge.initial_head.rule.votes + 1))
    np.testing.assert_array_equal(edge.spike_engine.recognize(edge.initial_head, spikes), strongest)


@pytest.mark.parametrize("place", range(len(LABELS)))
def test_learning_changes_neurons_of_one_class_only(
    edge: EdgeModel, young: Head, spikes: np.ndarray, place: int
) -> None:
    names = ("weights", "thresholds", "swaps")
    kept = [getattr(young, name).copy() for name in names]
    learned = learn_photos(edge.spike_engine, young, spikes, place)
    others = np.repeat(np.arange(len(LABELS)) != place, young.rule.neurons)
    for before, name in zip(kept, names, strict=True):
        found = getattr(learned, name)
        np.testing.assert_array_equal(found[..., others], before[..., others])
        np.testing.assert_array_equal(getattr(young, name), before)  # it stayed as it was
        assert not np.array_equal(found, before)
    more = np.array(learned.photo_counts) - young.photo_counts
    assert more.tolist() == [len(spikes) if n == place else 0 for n in range(len(LABELS))]


def test_every_neuron_keeps_its_number_of_connections(edge: EdgeModel, spikes: np.ndarray) -> None:
    head = add_class(edge.initial_head, "scar")
    for place in (MEL, len(LABELS)):
        head = learn_photos(edge.spike_engine, head, spikes, place)
        assert set(head.weights.sum(axis=0).tolist()) == {edge.initial_head.rule.connections}
        assert set(np.unique(head.weights)) == {0, 1}
        assert (head.swaps <= edge.initial_head.rule.connections).all()


def test_a_photo_learned_as_a_new_class_is_recognized(edge: EdgeModel, spikes: np.ndarray) -> None:
    head = add_class(edge.initial_head, "scar")
    new = len(LABELS)
    for one in spikes:
        learned = edge.spike_engine.learn(head, one[None], [new])
        assert edge.spike_engine.recognize(learned, one[None]).argmax() == new


def test_the_score_of_a_new_class_is_scaled_to_all_votes(edge, spikes: np.ndarray) -> None:
    head = edge.spike_engine.learn(add_class(edge.initial_head, "scar"), spikes[:1], [len(LABELS)])
    own = head.rule.neurons * len(LABELS)
    assert np.count_nonzero(head.thresholds[own:]) == 1
    counted = spikes.reshape(len(spikes), -1).astype(np.int32) @ head.weights[:, own:]
    answers = edge.spike_engine.recognize(head, spikes)
    np.testing.assert_array_equal(answers[:, -1], head.rule.votes * counted.max(axis=1))
    initial = edge.spike_engine.recognize(edge.initial_head, spikes)
    np.testing.assert_array_equal(answers[:, :-1], initial)  # no other class answers otherwise


# Undo and removal


def test_undo_is_exact_over_several_steps_and_classes(edge: EdgeModel, images) -> None:
    learner = EdgeLearner(edge)
    steps: list[Callable[[], object]] = [
        lambda: learner.learn(images[0], "nv"),
        lambda: learner.add_class("scar"),
        lambda: learner.learn(images[3], "scar"),
        lambda: learner.learn(images[4], "scar"),
        lambda: learner.learn(images[4], "mel"),
        lambda: learner.remove_class("scar"),
        lambda: learner.add_class("tattoo"),
        lambda: learner.learn(images[5], "tattoo"),
    ]
    states = [learner.head]
    kept = [learner.encode()]
    for number, step in enumerate(steps):
        step()
        assert learner.undo_steps == number + 1
        assert not learner.head.equals(states[-1])
        states.append(learner.head)
        kept.append(learner.encode())
    for state, data in zip(reversed(states[:-1]), reversed(kept[:-1]), strict=True):
        learner.undo()
        assert learner.head.equals(state)
        assert learner.encode() == data
    assert learner.undo_steps == 0
    learner.undo()
    assert learner.head.equals(edge.initial_head)


def test_undone_steps_do_not_affect_later_learning(edge, images) -> None:
    wrong, right = EdgeLearner(edge), EdgeLearner(edge)
    for learner in (wrong, right):
        learner.add_class("scar")
        learner.learn(images[0], "scar")
    wrong.learn(images[1], "scar")  # a wrong label
    wrong.add_class("tattoo")
    wrong.learn(images[1], "tattoo")
    for _ in range(3):
        wrong.undo()
    for image, name in ((images[2], "scar"), (images[3], "nv"), (images[4], "scar")):
        step, expected = wrong.learn(image, name), right.learn(image, name)
        assert step.swapped == expected.swapped
        np.testing.assert_array_equal(step.after.agreement, expected.after.agreement)
    assert wrong.head.equals(right.head)


def test_reset_restores_the_initial_head(edge: EdgeModel, images: list[np.ndarray]) -> None:
    initial, learner = EdgeLearner(edge), EdgeLearner(edge)
    learner.add_class("scar")
    learner.learn(images[0], "scar")
    assert learner.recognize(images[0]).name == "scar"
    learner.reset()
    assert learner.encode() == initial.encode()
    learner.undo()
    assert learner.encode() == initial.encode()
    answer = learner.recognize(images[0])
    assert answer.classes == LABELS
    np.testing.assert_array_equal(answer.agreement, initial.recognize(images[0]).agreement)


def test_a_learning_step_reports_its_changes(edge: EdgeModel, images: list[np.ndarray]) -> None:
    learner = EdgeLearner(edge)
    learner.add_class("scar")
    before = learner.head
    step = learner.learn(images[0], "scar")
    assert step.name == step.after.name == "scar"
    assert step.before.name != "scar"
    assert step.swapped == np.count_nonzero(learner.head.weights & ~before.weights & 1) > 0
    assert step.after.agreement[-1] <= step.after.connections
    assert step.learn_ms > 0
    # Every layer before the head is counted; its spikes are the least of them.
    assert step.events > 10 * int(edge.compute_spikes(edge.to_inputs(images[0])).sum()) > 0
    assert step.events == learner.learn(images[0], "scar").events
    assert not np.shares_memory(before.weights, learner.head.weights)


def test_removing_a_class_removes_its_neurons_only(edge: EdgeModel, spikes) -> None:
    place, neurons = 1, edge.initial_head.rule.neurons
    left = remove_class(edge.initial_head, LABELS[place])
    assert left.classes == (*LABELS[:place], *LABELS[place + 1 :])
    columns = slice(place * neurons, (place + 1) * neurons)
    np.testing.assert_array_equal(
        left.weights, np.delete(edge.initial_head.weights, columns, axis=1)
    )
    np.testing.assert_array_equal(left.thresholds, np.delete(edge.initial_head.thresholds, columns))
    np.testing.assert_array_equal(left.swaps, np.delete(edge.initial_head.swaps, columns))
    answers = edge.spike_engine.recognize(edge.initial_head, spikes)
    np.testing.assert_array_equal(
        edge.spike_engine.recognize(left, spikes), np.delete(answers, place, axis=1)
    )


def test_a_removed_class_leaves_no_trace_in_the_others(
    edge: EdgeModel, young: Head, spikes: np.ndarray
) -> None:
    with_it, without_it = add_class(young, "scar"), young
    for a, b in zip(spikes[:10, None], spikes[10:20, None], strict=True):
        with_it = edge.spike_engine.learn(with_it, a, [len(LABELS)])
        with_it = edge.spike_engine.learn(with_it, b, [MEL])
        without_it = edge.spike_engine.learn(without_it, b, [MEL])
    assert not without_it.equals(young)
    assert remove_class(with_it, "scar").equals(without_it)


def test_the_same_class_added_to_the_same_head_has_the_same_neurons(edge: EdgeModel) -> None:
    first, again = add_class(edge.initial_head, "scar"), add_class(edge.initial_head, " scar ")
    assert first.equals(again)
    new = first.weights[:, edge.initial_head.weights.shape[1] :]
    assert set(new.sum(axis=0).tolist()) == {edge.initial_head.rule.connections}
    assert len({column.tobytes() for column in new.T}) == edge.initial_head.rule.neurons
    np.testing.assert_array_equal(
        first.weights[:, : -edge.initial_head.rule.neurons], edge.initial_head.weights
    )
    assert first.photo_counts == (*edge.initial_head.photo_counts, 0)


# Errors


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "two\nlines", "bell\a", "nul\0", "mel"])
def test_an_invalid_name_leaves_the_head_unchanged(edge: EdgeModel, name: str) -> None:
    learner = EdgeLearner(edge)
    with pytest.raises(HeadError):
        learner.add_class(name)
    assert learner.head is edge.initial_head
    assert learner.undo_steps == 0


def test_valid_names(edge: EdgeModel) -> None:
    learner = EdgeLearner(edge)
    for name in ("x", "x" * 40, "Spitz-Nävus 2", "色素性母斑", "<b>mel</b>"):
        learner.add_class(name)
        assert learner.head.classes[-1] == name


def test_an_unknown_class_leaves_the_head_unchanged(edge: EdgeModel, images) -> None:
    learner = EdgeLearner(edge)
    with pytest.raises(HeadError, match="has no class 'scar': add it first"):
        learner.learn(images[0], "scar")
    with pytest.raises(HeadError, match="has no class 'scar'"):
        learner.remove_class("scar")
    for label in (len(LABELS), -1):
        with pytest.raises(HeadError, match="not a class of the head"):
            edge.engine.learn(learner.head, edge.to_inputs(images[0]), [label])
    assert learner.head is edge.initial_head
    assert learner.undo_steps == 0


def test_a_head_has_at_least_one_class_and_at_most_16(edge: EdgeModel) -> None:
    learner = EdgeLearner(edge)
    while len(learner.head.classes) < MAX_CLASSES:
        learner.add_class(f"class {len(learner.head.classes)}")
    filled = learner.head
    with pytest.raises(HeadError, match=f"full at {MAX_CLASSES} classes"):
        learner.add_class("one more")
    assert learner.head is filled
    while len(learner.head.classes) > 1:
        learner.remove_class(learner.head.classes[0])
    last = learner.head
    with pytest.raises(HeadError, match="no other class"):
        learner.remove_class(last.classes[0])
    assert learner.head is last


def test_a_head_for_other_spikes_or_another_rule_is_refused(edge: EdgeModel, images) -> None:
    rule = edge.initial_head.rule
    others = (
        make_empty_head(edge.initial_head.spike_count // 2, rule, LABELS),
        make_empty_head(
            edge.initial_head.spike_count, replace(rule, neurons=rule.neurons + 1), LABELS
        ),
    )
    for other in others:
        learner = EdgeLearner(edge)
        with pytest.raises(HeadError):
            learner.replace_head(other)
        assert learner.head is edge.initial_head
        with pytest.raises(HeadError):
            edge.engine.recognize(other, edge.to_inputs(images[0]))
    assert EdgeLearner(edge).recognize(images[0]).classes == LABELS  # the engine goes on as before


# Several users


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


# On a chip


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
