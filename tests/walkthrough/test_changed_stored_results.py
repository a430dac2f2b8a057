"""Stored results of Convert with changed values: sound results, or one sentence."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qana.classes import LABELS
from qana.data.balanced_subset import load_balanced_subset
from qana.errors import UserError
from qana.inference.manifest import DEFAULT_MODEL, find_entry
from qana.walkthrough import stored_results
from qana.walkthrough.agreement import Agreement, LayerAgreement
from qana.walkthrough.bit_widths import LAYERS, QuantizedAnswers, snap_weights
from qana.walkthrough.block_repair import is_repaired, list_designs, read_repairs
from qana.walkthrough.conversion_cases import CASES, ActivationStep, ConversionOutcome, LayerFate
from qana.walkthrough.folding import LAYERS as RECTIFIED
from qana.walkthrough.outcome_json import (
    decode_agreement,
    decode_outcome,
    encode_agreement,
    encode_answers,
    encode_floats,
    encode_outcome,
)
from qana.walkthrough.stored_results import (
    FLOAT,
    PAIRS,
    StaleResultsError,
    StoredResults,
    format_bits,
    locate_results,
    read_stored_results,
)
from tests.doubles.changed_documents import (
    change_document,
    check_sentence,
    encode_document,
    nest_deeply,
)

ENTRY = find_entry(DEFAULT_MODEL)
PHOTOS = len(load_balanced_subset()[1])
TEXTS = st.text(max_size=9)
COUNTS = st.integers(0, 10**9)
SHARES = st.floats(0, 1)
OUTCOMES = st.builds(
    ConversionOutcome,
    layers=st.lists(st.builds(LayerFate, TEXTS, TEXTS, st.none() | TEXTS), max_size=3).map(tuple),
    akida=st.dictionaries(TEXTS, TEXTS, max_size=3),
    messages=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
    output_shape=st.none() | st.tuples(COUNTS, COUNTS, COUNTS),
    left_in_float=st.none() | TEXTS,
    refusal=st.none() | TEXTS,
    passes=st.dictionaries(TEXTS, COUNTS, max_size=3),
    step=st.none() | st.builds(ActivationStep, TEXTS, SHARES, SHARES, SHARES, SHARES),
    photos=COUNTS,
)
AGREEMENTS = st.builds(
    Agreement,
    layers=st.lists(
        st.builds(LayerAgreement, TEXTS, COUNTS, COUNTS, COUNTS, st.booleans()), max_size=3
    ).map(tuple),
    not_compared=st.lists(TEXTS, max_size=3).map(tuple),
    logits=SHARES,
    same_class=st.booleans(),
)
STEP = ActivationStep("a", 9.5, 6.0, 0.05, 0.1)
OUTCOME = ConversionOutcome(
    (LayerFate("a", "Conv2D", "a"), LayerFate("b", "ReLU", None)),
    {"a": "Conv2D"},
    (("cnn2snn", "Words."),),
    (1, 1, 7),
    None,
    None,
    {"TwelveNodesIPv2": 1},
    STEP,
    21,
)
AGREEMENT = Agreement((LayerAgreement("a", 9, 1, 1, True),), ("b",), 0.25, True)


def make_document() -> dict[str, Any]:
    """Makes a document that `read_stored_results` reads."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1, (PHOTOS, len(LABELS))).astype(np.float32)
    weights = rng.normal(0, 1, 50).astype(np.float32)
    levels = {
        bits: {name: snap_weights(weights, np.float32(0.3), bits) for name in LAYERS}
        for bits in {pair[0] for pair in PAIRS}
    }
    answers = {
        format_bits(pair): encode_answers(QuantizedAnswers(logits, levels[pair[0]], 1.0))
        for pair in PAIRS
    }
    forms = [form.key for case in CASES for form in (case.common, case.spiking)]
    return {
        "sha256": ENTRY.sha256,
        "answers": answers | {FLOAT: encode_answers(QuantizedAnswers(logits, {}, 1.0))},
        "deployed": encode_floats(logits),
        "cases": dict.fromkeys(forms, encode_outcome(OUTCOME)),
        "agreements": {"0" * 16: encode_agreement(AGREEMENT)},
        "highest": {name: [1.0, 2.0] for name in RECTIFIED},
        "lossy_blocks": {"0" * 16: ["block1"], "1" * 16: None},
        "savings": {"0" * 16: {"share": 0.1, "thresholds": {"32": 3}}},
        "networks": dict.fromkeys(map(format_bits, PAIRS), "0" * 64),
    }


DOCUMENT = json.loads(json.dumps(make_document()))
FLOAT_ANSWERS = DOCUMENT["answers"][FLOAT]


def check_stored(stored: StoredResults) -> None:
    """Checks what the chapters rely on."""
    for answers in (*stored.answers.values(), stored.float_answers):
        assert answers.logits.shape == (PHOTOS, len(LABELS)) == stored.deployed.shape
        assert np.isfinite([answers.logits, stored.deployed]).all()
        for levels in answers.weights.values():
            assert levels.after.sum() > 0
            assert levels.before.shape == (len(levels.edges) - 1,)
            assert levels.after.shape == levels.levels.shape
            assert 0 <= levels.used <= len(levels.after) and np.isfinite(levels.moved)
    assert all(set(stored.answers[bits].weights) == set(LAYERS) for bits in PAIRS)
    for outcome in stored.cases.values():
        assert 0 <= outcome.arrived <= len(outcome.layers) and is_repaired(outcome) in (True, False)
    for agreement in stored.agreements.values():
        assert agreement.differing <= 10**30 and agreement.first_departure in (
            None,
            *agreement.layers,
        )
        assert isinstance(agreement.same_class, bool)
    assert set(stored.highest) == set(RECTIFIED)
    for highest in stored.highest.values():
        assert highest.ndim == 1 and np.isfinite(highest).all()
    for blocks in filter(None, stored.lossy_blocks.values()):
        assert all(isinstance(block, str) for block in blocks)
    for saving in stored.savings.values():
        assert 0 < saving.budget <= 1
        assert all(isinstance(value, int) for value in saving.thresholds.values())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("walkthrough")


@settings(derandomize=True, deadline=None, max_examples=60)
@given(changed=change_document(DOCUMENT))
@example(changed=DOCUMENT)
@example(changed=DOCUMENT | {"deployed": [[10**400]]})
@example(changed=DOCUMENT | {"deployed": [[1.0]]})
@example(changed=DOCUMENT | {"highest": {"stem_conv": None}})
@example(changed=DOCUMENT | {"lossy_blocks": {"0": "block1"}})
@example(changed=DOCUMENT | {"savings": {"0": {"share": "much", "thresholds": {}}}})
@example(changed=DOCUMENT | {"savings": {"0": {"share": 5.0, "thresholds": {}}}})
@example(changed=DOCUMENT | {"deployed": [[1e308] * len(LABELS)] * PHOTOS})
@example(changed=DOCUMENT | {"answers": dict.fromkeys(DOCUMENT["answers"], FLOAT_ANSWERS)})
@example(changed=DOCUMENT | {"networks": dict.fromkeys(map(format_bits, PAIRS), None)})
def test_changed_results_are_sound_or_give_one_sentence(folder: Path, changed: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored_results, "FOLDER", folder)
        locate_results(ENTRY.name).write_bytes(encode_document(changed))
        try:
            stored = read_stored_results(ENTRY)
        except StaleResultsError as error:
            check_sentence(error)
            return
    check_stored(stored)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(outcome=OUTCOMES, agreement=AGREEMENTS)
def test_what_is_written_is_read_with_the_same_values(
    outcome: ConversionOutcome, agreement: Agreement
) -> None:
    assert decode_outcome(json.loads(json.dumps(encode_outcome(outcome)))) == outcome
    assert decode_agreement(json.loads(json.dumps(encode_agreement(agreement)))) == agreement


@settings(derandomize=True, deadline=None, max_examples=100)
@given(changed=change_document(json.loads(json.dumps(encode_outcome(OUTCOME)))))
def test_a_changed_repair_is_sound_or_gives_one_sentence(folder: Path, changed: Any) -> None:
    keys = [design.key for design in list_designs()]
    path = folder / "repairs.json"
    path.write_bytes(encode_document({"designs": dict.fromkeys(keys, changed)}))
    read_repairs.cache_clear()
    try:
        found = read_repairs(path)
    except UserError as error:
        check_sentence(error)
        return
    finally:
        read_repairs.cache_clear()
    assert set(keys) <= set(found)
    for outcome in found.values():
        assert dataclasses.asdict(outcome) and 0 <= outcome.arrived <= len(outcome.layers)
        assert all(isinstance(count, int) for count in outcome.passes.values())


@pytest.mark.parametrize("key", ["cases", "unknown"])
def test_results_that_are_nested_too_deeply_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(stored_results, "FOLDER", folder)
    locate_results(ENTRY.name).write_bytes(nest_deeply(DOCUMENT, key))
    with pytest.raises(StaleResultsError, match="missing or damaged"):
        read_stored_results(ENTRY)
