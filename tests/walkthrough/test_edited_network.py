"""Changed networks run in the engine: weights of few bits, raised thresholds, and back again."""

import numpy as np
import psutil
import pytest

from qana.imaging import read_image
from qana.walkthrough.block_graph import build_block_graph
from qana.walkthrough.edited_network import EditableNetwork, load_editable_network
from qana.walkthrough.event_budget import (
    STEPS,
    Saving,
    compute_saving,
    find_saving,
    list_sides,
    raise_thresholds,
)
from qana.walkthrough.few_bit_blocks import (
    find_lossy_blocks,
    list_reducible_blocks,
    reduce_blocks,
    snap_to_levels,
)


@pytest.fixture(scope="module")
def network(classifier) -> EditableNetwork:
    return load_editable_network(classifier.name, classifier.entry.sha256)


@pytest.fixture(scope="module")
def prediction(classifier, samples):
    return classifier.classify(read_image(samples[4].path))


@pytest.fixture(scope="module")
def graph(classifier, prediction):
    return build_block_graph(classifier.layers, prediction.layers)


def test_without_a_change_the_answer_is_the_deployed_one(network, prediction) -> None:
    answer = network.run(prediction.inputs, {})
    assert np.array_equal(answer.logits, prediction.logits)
    assert answer.layers == prediction.layers
    assert answer.events == prediction.events
    assert answer.label == prediction.top[0][0]
    assert answer.compute_margin(answer.label) >= 0


def test_many_changes_take_no_more_memory(network, prediction) -> None:
    thresholds = [raise_thresholds(network, dict.fromkeys(list_sides(network.layers), 1))]

    def measure_after(runs: int) -> int:
        for changes in thresholds * runs:
            network.run(prediction.inputs, changes)
        return psutil.Process().memory_info().rss

    before = measure_after(10)
    assert measure_after(60) - before < 10e6


def test_a_change_is_computed_and_undone(network, prediction, classifier) -> None:
    bias = network.layers["logits"].get_variable("bias")
    raised = bias.copy()
    raised[3] = 127
    shift = int(network.layers["logits"].get_variable("bias_shift")[3])
    answer = network.run(prediction.inputs, {"logits": {"bias": raised}})
    scale = classifier.layers[-1].get_variable("scales")[3]
    expected = (127 - int(bias[3])) * 2**shift * scale
    moved = answer.logits - prediction.logits
    assert moved[3] == pytest.approx(expected, rel=1e-4)
    assert np.count_nonzero(moved) == 1
    assert np.array_equal(network.run(prediction.inputs, {}).logits, prediction.logits)


def test_a_wrong_change_leaves_the_network_as_it_was(network, prediction) -> None:
    good = {"bias": np.zeros(7, np.int8)}
    with pytest.raises(ValueError):
        network.run(prediction.inputs, {"logits": good | {"weights": np.zeros(3, np.int8)}})
    with pytest.raises(KeyError):
        network.run(prediction.inputs, {"logits": good, "nothing": good})
    assert np.array_equal(network.run(prediction.inputs, {}).logits, prediction.logits)


def test_weights_of_four_bits_stand_on_fifteen_levels() -> None:
    weights = np.arange(-128, 128).astype(np.int8)
    snapped = snap_to_levels(weights)
    assert len(np.unique(snapped)) == 15
    assert set(np.diff(np.unique(snapped)).tolist()) == {18}
    assert np.abs(snapped.astype(int)[1:] - weights[1:]).max() <= 9
    assert np.array_equal(snap_to_levels(weights, 8), np.maximum(weights, -127))
    assert len(np.unique(snap_to_levels(weights, 2))) == 3


def test_only_the_chosen_blocks_are_reduced_and_never_the_first_layer(network, graph) -> None:
    blocks = list_reducible_blocks(graph)
    first = next(block for block in graph if block.parameters)
    assert first not in blocks
    chosen = blocks[2]
    changes = reduce_blocks(network, graph, [chosen.name])
    weighted = {
        layer.name
        for layer in chosen.layers
        if "weights" in network.layers[layer.name].get_variable_names()
    }
    assert set(changes) == weighted
    everything = reduce_blocks(network, graph, [block.name for block in graph])
    assert not {layer.name for layer in first.layers} & set(everything)


def test_the_fewest_blocks_that_keep_the_answer_are_found(network, graph, prediction) -> None:
    found = find_lossy_blocks(network, graph, prediction.inputs, most=1)
    names = [block.name for block in list_reducible_blocks(graph)]

    def answer(kept: tuple[str, ...]) -> str:
        reduced = [name for name in names if name not in kept]
        return network.run(prediction.inputs, reduce_blocks(network, graph, reduced)).label

    label = network.run(prediction.inputs, {}).label
    kept_at_once = answer(()) == label
    singles = [name for name in names if answer((name,)) == label]
    if found is None:
        assert not kept_at_once and not singles
    else:
        assert (found == ()) == kept_at_once
        assert kept_at_once or found == (singles[0],)


def test_a_raised_threshold_lowers_each_integer_by_its_steps(network, prediction) -> None:
    side = list_sides(network.layers)[0]
    steps = 8
    changes = raise_thresholds(network, {side: steps})
    layer = next(iter(changes))
    assert network.layers[layer].output_dims[0] == side
    outputs = prediction.outputs[layer].astype(int)
    expected = np.maximum(outputs - steps, 0)
    below_the_bound = outputs < outputs.max(axis=(0, 1))
    events = {one.name: one.events for one in network.run(prediction.inputs, changes).layers}
    # The bias holds the threshold in steps of its own, so single integers may be off.
    wanted = int((expected > 0).sum())
    assert events[layer] == pytest.approx(wanted, rel=0.1)
    assert events[layer] < int((outputs > 0).sum()) or not below_the_bound.any()


def test_every_side_has_a_threshold_and_no_step_changes_nothing(network) -> None:
    sides = list_sides(network.layers)
    assert sides == tuple(sorted(set(sides), reverse=True))
    assert raise_thresholds(network, dict.fromkeys(sides, 0)) == {}
    for side in sides:
        assert raise_thresholds(network, {side: STEPS[-1]})


def test_the_search_keeps_the_class_and_its_saving_is_true(network, prediction) -> None:
    found = find_saving(network, prediction.inputs)
    plain = network.run(prediction.inputs, {})
    answer = network.run(prediction.inputs, raise_thresholds(network, found.thresholds))
    assert answer.label == plain.label
    assert compute_saving(answer, plain.events) == pytest.approx(found.share)
    assert found.share >= 0


def test_the_budget_can_be_met_with_some_slack() -> None:
    assert Saving(0.05, {}).budget == 0.035
    assert Saving(0.0, {}).budget == 0.001
    for share in (0.004, 0.0123, 0.2):
        assert 0 < Saving(share, {}).budget < share
