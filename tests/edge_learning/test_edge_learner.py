"""The learner takes lessons and classes back exactly, and refuses wrong names and heads."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from qana.classes import LABELS
from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head import (
    MAX_CLASSES,
    Head,
    HeadError,
    add_class,
    make_empty_head,
    remove_class,
)
from tests.doubles.edge_doubles import MEL, edge, images, photos, spikes, young

__all__ = ["edge", "images", "photos", "spikes", "young"]


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
