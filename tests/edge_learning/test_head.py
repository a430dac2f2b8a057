"""A head learns photos one at a time, the same in every process, and keeps its other classes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from qana.classes import LABELS
from qana.edge_learning.edge_engine import EdgeEngine, make_spike_input
from qana.edge_learning.edge_model import EdgeModel, load_edge_model
from qana.edge_learning.head import Head, add_class, remove_class
from qana.edge_learning.head_files import encode_head
from qana.errors import ModelError
from qana.inference.manifest import find_entry
from tests.doubles.edge_doubles import (
    MEL,
    NV,
    edge,
    full,
    images,
    learn_photos,
    photos,
    spikes,
    young,
)

__all__ = ["edge", "images", "photos", "spikes", "young"]


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
