"""What Convert shows at once: of the present weights, complete, and equal to what is computed."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from qana.data.balanced_subset import load_balanced_subset
from qana.data.samples import load_all_samples
from qana.imaging import read_image, to_input
from qana.walkthrough import stored_results
from qana.walkthrough.agreement import Agreement, LayerAgreement
from qana.walkthrough.bit_widths import QuantizedAnswers, snap_weights
from qana.walkthrough.block_graph import build_block_graph
from qana.walkthrough.conversion_cases import ActivationStep, ConversionOutcome, LayerFate
from qana.walkthrough.edited_network import load_editable_network
from qana.walkthrough.event_budget import compute_saving, raise_thresholds
from qana.walkthrough.few_bit_blocks import list_reducible_blocks, reduce_blocks
from qana.walkthrough.outcome_json import (
    decode_agreement,
    decode_answers,
    decode_outcome,
    encode_agreement,
    encode_answers,
    encode_outcome,
)
from qana.walkthrough.stored_results import (
    PAIRS,
    StaleResultsError,
    StoredResults,
    compute_digest,
    read_stored_results,
)


@pytest.fixture(scope="module")
def stored(classifier) -> StoredResults:
    """The files of the repository. `qana measure --list` names them while they are outdated."""
    try:
        return read_stored_results(classifier.entry)
    except StaleResultsError as error:
        pytest.skip(str(error))


def test_an_outcome_survives_json() -> None:
    step = ActivationStep("a", 9.5, 6.0, 0.05, 0.1)
    outcome = ConversionOutcome(
        (LayerFate("a", "Conv2D", "a"), LayerFate("b", "ReLU", None)),
        {"a": "Conv2D"},
        (("cnn2snn", "Words."),),
        (1, 1, 7),
        "b",
        "Refused.",
        {"TwelveNodesIPv2": 1},
        step,
        21,
    )
    for one in (outcome, dataclasses.replace(outcome, output_shape=None, step=None)):
        assert decode_outcome(json.loads(json.dumps(encode_outcome(one)))) == one


def test_an_agreement_survives_json() -> None:
    agreement = Agreement((LayerAgreement("a", 9, 1, 1, True),), ("b",), 0.25, True)
    assert decode_agreement(json.loads(json.dumps(encode_agreement(agreement)))) == agreement


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_answers_survive_json_to_the_bit(bits: int) -> None:
    rng = np.random.default_rng(bits)
    weights = rng.normal(0, 1, 500).astype(np.float32)
    levels = snap_weights(weights, np.float32(0.3), bits)
    logits = rng.normal(0, 1, (5, 7)).astype(np.float32)
    answers = QuantizedAnswers(logits, {"a": levels}, 12.34)
    found = decode_answers(json.loads(json.dumps(encode_answers(answers))))
    assert np.array_equal(found.logits, logits) and found.logits.dtype == np.float32
    for name in ("edges", "before", "levels", "after"):
        assert np.allclose(getattr(found.weights["a"], name), getattr(levels, name)), name
    assert found.weights["a"].moved == levels.moved


def test_results_of_other_weights_are_refused(classifier, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stored_results, "FOLDER", tmp_path)
    with pytest.raises(StaleResultsError, match="missing or damaged"):
        read_stored_results(classifier.entry)
    path = tmp_path / f"{classifier.name}.json"
    path.write_text(json.dumps({"sha256": "0" * 64}))
    with pytest.raises(StaleResultsError, match=r"belong to other weights.*qana walkthrough"):
        read_stored_results(classifier.entry)
    path.write_text(json.dumps({"sha256": classifier.entry.sha256}))
    with pytest.raises(StaleResultsError, match="missing or damaged"):
        read_stored_results(classifier.entry)


def test_every_pair_of_bits_answers_on_akida_as_in_keras(stored) -> None:
    photos, _labels = load_balanced_subset()
    for bits in PAIRS:
        for number in (0, 31, 62):
            found = stored.answer_photo(photos[number], bits)
            expected = stored.answers[bits].logits[number]
            assert found.argmax() == expected.argmax(), (bits, number)
            assert np.abs(found - expected).max() < 0.3, (bits, number)  # a rounding tie


def test_the_deployed_answers_are_those_of_the_network(stored, classifier) -> None:
    photos, _labels = load_balanced_subset()
    found = classifier.logits(photos[::21])
    assert np.array_equal(found, stored.deployed[::21])


def test_every_sample_was_compared(stored, classifier) -> None:
    for sample in load_all_samples():
        digest = compute_digest(to_input(read_image(sample.path), classifier.input_size))
        assert stored.agreements[digest].same_class
        assert stored.agreements[digest].values > 100_000


def test_the_solutions_of_the_exercises_hold(stored, classifier) -> None:
    network = load_editable_network(classifier.name, classifier.entry.sha256)
    graph = build_block_graph(classifier.layers, ())
    names = [block.name for block in list_reducible_blocks(graph)]
    checked = 0
    for sample in load_all_samples():
        inputs = to_input(read_image(sample.path), classifier.input_size)
        digest = compute_digest(inputs)
        if digest not in stored.savings or checked == 5:
            continue
        checked += 1
        plain = network.run(inputs, {})
        if (kept := stored.lossy_blocks[digest]) is not None:
            reduced = [name for name in names if name not in kept]
            answer = network.run(inputs, reduce_blocks(network, graph, reduced))
            assert answer.label == plain.label
        saving = stored.savings[digest]
        answer = network.run(inputs, raise_thresholds(network, saving.thresholds))
        assert answer.label == plain.label
        assert compute_saving(answer, plain.events) == pytest.approx(saving.share)
        assert compute_saving(answer, plain.events) >= saving.budget or saving.share < 0.001
    assert checked == 5
