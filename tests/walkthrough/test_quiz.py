"""The quiz: another computation confirms each right answer."""

import dataclasses

import numpy as np
import pytest

from qana.imaging import read_image
from qana.walkthrough import quiz
from qana.walkthrough.block_graph import build_block_graph
from qana.walkthrough.chip_drawing import format_passes
from qana.walkthrough.chip_drawing_reader import map_entry
from qana.walkthrough.conversion_cases import ConversionOutcome, LayerFate


@pytest.fixture(scope="module")
def predictions(classifier, samples):
    return [classifier.classify(read_image(sample.path)) for sample in samples[:9]]


def right(question: quiz.Question) -> str:
    assert len(set(question.options)) == len(question.options) >= 2
    return question.options[question.right]


def test_the_sparsity_is_that_of_the_photo_and_its_position_varies(predictions) -> None:
    places = set()
    for prediction in predictions:
        hidden = list(prediction.outputs.values())[:-1]
        silent = sum((output == 0).sum() for output in hidden)
        size = sum(output.size for output in hidden)
        question = quiz.ask_sparsity(prediction)
        assert right(question) == f"{silent / size:.0%}"
        assert f"{size:,}" in question.text
        assert len(question.options) == 3
        places.add(question.right)
    assert len(places) > 1


def test_the_largest_block_has_the_most_macs(classifier, predictions) -> None:
    graph = build_block_graph(classifier.layers, predictions[0].layers)
    macs: dict[str, int] = {}
    for layer in classifier.layers:
        name = str(layer.name).split("_")[0]
        macs[name] = macs.get(name, 0) + layer.macs
    name = max(macs, key=macs.__getitem__)
    question = quiz.ask_largest_block(graph)
    assert right(question).endswith(f"({name})")
    assert f"{macs[name] / sum(macs.values()):.0%}" in question.why


def test_weight_levels_are_the_distinct_integers_of_the_largest_layer(classifier) -> None:
    weights = [
        layer.get_variable("weights")
        for layer in classifier.layers
        if "weights" in layer.get_variable_names()
    ]
    largest = max(weights, key=np.size)
    question = quiz.ask_weight_levels(classifier.layers)
    assert right(question) == f"{len(set(largest.ravel().tolist()))}"
    assert f"{largest.size:,} weights" in question.text


def test_passes_equal_those_of_the_manifest(classifier) -> None:
    recorded = classifier.entry.record["conversion"]["passes"]
    large, small = (map_entry(classifier.entry, device) for device in ("12 nodes", "6 nodes"))
    question = quiz.ask_passes(large, small)
    assert f"runs in {format_passes(recorded['TwelveNodesIPv2'])}." in question.text
    assert right(question) == str(recorded["SixNodesIPv2"])


FATES = (LayerFate("a", "Conv2D", "a"), LayerFate("b", "sigmoid", None))
OUTCOME = ConversionOutcome(
    FATES, {"a": "Conv2D"}, (("cnn2snn", "Stops."),), None, None, None, {}, None, 0
)


@pytest.mark.parametrize(
    "outcome, answer",
    [
        (OUTCOME, quiz.SHORTENS),
        (dataclasses.replace(OUTCOME, akida={}), quiz.STOPS),
        (dataclasses.replace(OUTCOME, layers=FATES[:1]), quiz.CONVERTS),
    ],
)
def test_the_converter_question_follows_the_outcome(
    outcome: ConversionOutcome, answer: str
) -> None:
    question = quiz.ask_converter(outcome)
    assert right(question) == answer
    assert "Stops." in question.why
