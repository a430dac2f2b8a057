"""Saved heads: any head survives its file; a changed file with a right hash gives a sentence."""

import hashlib
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qana.classes import BY_CODE
from qana.edge_learning.class_names import find_class, make_class_name
from qana.edge_learning.head import (
    MAX_CLASSES,
    MAX_NAME_LENGTH,
    Head,
    HeadError,
    LearningRule,
    add_class,
    add_neurons,
    make_empty_head,
    remove_class,
)
from qana.edge_learning.head_files import MAGIC, MAX_NUMBER, decode_head, encode_head
from tests.doubles.changed_documents import (
    change_document,
    check_sentence,
    encode_document,
    nest_deeply,
)

FRONT = hashlib.sha256(b"a network").hexdigest()
NAMES = st.text(min_size=1, max_size=MAX_NAME_LENGTH).filter(
    lambda name: name.isprintable() and name == name.strip()
)


@st.composite
def draw_head(draw: st.DrawFn) -> Head:
    spikes = draw(st.integers(1, 40))
    neurons = draw(st.integers(1, 4))
    rule = LearningRule(
        neurons,
        draw(st.integers(1, spikes)),
        draw(st.floats(0, 1)),
        draw(st.integers(1, neurons)),
    )
    names = draw(st.lists(NAMES, min_size=1, max_size=MAX_CLASSES, unique=True))
    head = make_empty_head(spikes, rule, tuple(names))
    numbers = np.random.default_rng(draw(st.integers(0, 9)))
    units = neurons * len(names)
    return Head(
        rule,
        head.classes,
        tuple(draw(st.integers(0, MAX_NUMBER)) for _ in names),
        numbers.permuted(head.weights, axis=0),
        numbers.integers(0, MAX_NUMBER, units, np.int32),
        numbers.integers(0, rule.connections + 1, units).astype(np.int32),
    )


def make_head() -> Head:
    head = make_empty_head(20, LearningRule(2, 5, 0.1, 1), ("mel", "Spitz-Nävus"))
    return Head(head.rule, head.classes, (3, 0), head.weights, head.thresholds, head.swaps)


def split_file(data: bytes) -> tuple[dict[str, Any], bytes]:
    end = data.index(b"\n", len(MAGIC))
    return json.loads(data[len(MAGIC) : end]), data[end + 1 : -32]


def join_file(header: bytes, body: bytes) -> bytes:
    """Joins a header and a body with a right hash, as only a program could."""
    data = MAGIC + header + b"\n" + body
    return data + hashlib.sha256(data).digest()


HEADER, BODY = split_file(encode_head(make_head(), FRONT))


def check_decoded(header: Any, data: bytes) -> None:
    """Checks that a file gives the head of its header, which survives its own file, or a sentence.

    Args:
        header: the header in the file.
        data: content of the file.
    """
    try:
        head = decode_head(data, FRONT)
    except HeadError as error:
        check_sentence(error)
        return
    rule, units = head.rule, head.rule.neurons * len(head.classes)
    assert head.weights.shape == (head.spike_count, units)
    assert head.thresholds.shape == head.swaps.shape == (units,)
    assert (head.weights.sum(axis=0) == rule.connections).all() and head.weights.max() <= 1
    assert head.thresholds.min() >= 0 and 0 <= head.swaps.min() <= head.swaps.max()
    assert head.swaps.max() <= rule.connections
    assert type(rule.competition) is float and 0 <= rule.competition <= 1
    assert 0 < rule.votes <= rule.neurons
    assert type(header["rule"][2]) is not bool
    assert [rule.neurons, rule.connections, rule.competition, rule.votes] == header["rule"]
    assert list(head.classes) == header["classes"] and len(set(head.classes)) == len(head.classes)
    assert list(head.photo_counts) == header["taught"] and head.spike_count == header["spikes"]
    assert len(head.photo_counts) == len(head.classes) and min(head.photo_counts) >= 0
    assert decode_head(encode_head(head, FRONT), FRONT).equals(head)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(head=draw_head(), name=NAMES, count=st.integers(1, 3))
def test_any_head_survives_its_file(head: Head, name: str, count: int) -> None:
    data = encode_head(head, FRONT)
    assert decode_head(data, FRONT).equals(head)
    assert encode_head(decode_head(data, FRONT), FRONT) == data
    with pytest.raises(HeadError, match="another network"):
        decode_head(data, "0" * 64)
    others = [add_neurons(head, count)]
    if name not in head.classes and len(head.classes) < MAX_CLASSES:
        others.append(add_class(others[-1], name))
    if len(head.classes) > 1:
        others.append(remove_class(others[-1], head.classes[0]))
    for other in others:
        assert decode_head(encode_head(other, FRONT), FRONT).equals(other)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(changed=change_document(HEADER))
@example(changed=HEADER | {"rule": [2, 5, True, 1]})
@example(changed=HEADER | {"rule": [2, 5, 0.1, 3]})
@example(changed=HEADER | {"classes": ["mel", 1]})
@example(changed=HEADER | {"classes": ["mel", " mel"]})
@example(changed=HEADER | {"classes": ["mel", "MEL"]})
@example(changed=HEADER | {"taught": [1, -1]})
@example(changed=HEADER | {"classes": ["a", "a\u0301"]})
@example(changed=HEADER | {"rule": [2, 5, 10**400, 1]})
@example(changed=HEADER | {"front": None})
def test_a_changed_header_gives_a_sound_head_or_one_sentence(changed: Any) -> None:
    check_decoded(changed, join_file(encode_document(changed), BODY))


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    thresholds=st.lists(st.sampled_from((0, 1, 10**6, MAX_NUMBER, -1)), min_size=4, max_size=4),
    swaps=st.lists(st.sampled_from((0, 1, 5, 5, 6, -1, MAX_NUMBER)), min_size=4, max_size=4),
    weights=st.just(BODY[:-32]) | st.binary(max_size=12),
)
@example(thresholds=[0, 0, -1, 0], swaps=[0, 1, 5, 5], weights=BODY[:-32])
@example(thresholds=[0, 0, 0, 0], swaps=[0, 1, 6, 5], weights=BODY[:-32])
@example(thresholds=[0, 0, 0, 0], swaps=[0, 1, 5, 5], weights=b"\xff" * len(BODY[:-32]))
def test_a_changed_body_gives_a_sound_head_or_one_sentence(
    thresholds: list[int], swaps: list[int], weights: bytes
) -> None:
    numbers = np.array([*thresholds, *swaps], "<i4").tobytes()
    check_decoded(HEADER, join_file(json.dumps(HEADER).encode(), weights + numbers))


@pytest.mark.parametrize("key", ["classes", "unknown"])
def test_a_header_that_is_nested_too_deeply_is_refused(key: str) -> None:
    with pytest.raises(HeadError, match="damaged"):
        decode_head(join_file(nest_deeply(HEADER, key)[:9_000], BODY), FRONT)


@settings(derandomize=True, max_examples=200)
@given(names=st.lists(st.text(max_size=8), max_size=4), asked=st.text(max_size=8))
@example(names=["Melanoma"], asked="mel")
@example(names=["\u1e9e"], asked="SS")
def test_a_class_is_found_by_any_name_that_makes_it(names: list[str], asked: str) -> None:
    found = find_class(names, asked)
    assert found is None or found in names
    if asked in names:
        assert found is not None and found.strip() == asked.strip()
    made = make_class_name(asked)
    assert make_class_name(made) == made
    assert find_class([made], asked) == made
    assert made in BY_CODE or made.strip() == made
