"""The staircase of an activation is the one that the engine computes."""

import numpy as np
import pytest

from qana.export.akida_rescaling import read_rescaling
from qana.imaging import read_image
from qana.walkthrough.staircase import count_negative_events, find_staircase, read_staircase


@pytest.fixture(scope="module")
def prediction(classifier, samples):
    return classifier.classify(read_image(samples[7].path))


def test_the_threshold_is_the_smallest_sum_that_gives_an_event(classifier, prediction) -> None:
    checked = 0
    for layer in classifier.layers:
        if "max_value" not in layer.get_variable_names() or layer.output_dims[0] < 2:
            continue
        channel = checked % layer.output_dims[2]
        found = read_staircase(layer, prediction.outputs[layer.name], channel)
        rescaling = read_rescaling(layer)
        for total, expected in ((found.threshold, 1), (found.threshold - 1, 0)):
            sums = np.full(len(rescaling.scale), total)
            assert rescaling.apply(sums)[channel] == expected
        for integer in (2, 5):
            total = int(np.ceil(found.threshold + (integer - 1) * found.step))
            if total <= rescaling.limit[channel]:
                applied = rescaling.apply(np.full(len(rescaling.scale), total))[channel]
                assert abs(applied - integer) <= 1
        checked += 1
    assert checked


def test_the_counts_are_those_of_the_photo(classifier, prediction) -> None:
    found = find_staircase(classifier.layers, prediction.outputs)
    output = prediction.outputs[found.layer][..., found.channel]
    assert found.places == output.size
    assert found.silent == int((output == 0).sum())
    assert len(found.counts) == int(output.max()) + 1
    assert 0 < found.silent < found.places


def test_negative_events_are_counted_in_the_hidden_layers_alone(prediction) -> None:
    outputs = {"a": np.array([[[-1, 0, 2]]]), "b": np.array([[[-3, -4]]]), "logits": -np.ones(7)}
    assert count_negative_events(outputs) == 3
    assert count_negative_events(prediction.outputs) < prediction.events


def test_a_network_without_a_rectified_layer_has_no_staircase() -> None:
    assert find_staircase((), {}) is None
