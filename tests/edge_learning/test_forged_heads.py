"""A forged `.head` file with a right hash is refused quickly, with little memory."""

import hashlib
import json
import time
import tracemalloc
from typing import Any

import numpy as np
import pytest

from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import EdgeModel
from qana.edge_learning.head import Head, HeadError, make_empty_head
from qana.edge_learning.head_files import (
    MAGIC,
    MAX_FILE_BYTES,
    MAX_HEADER_BYTES,
    decode_head,
    encode_head,
)
from qana.edge_learning.teaching_photos import load_teaching_photos
from tests.doubles.edge_doubles import edge
from tests.doubles.head_doubles import BYTES, FRONT, SECONDS, check_refused, head, saved

__all__ = ["edge", "head", "saved"]


def forge(header: object, body: bytes) -> bytes:
    """Makes a file with a valid hash."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    data = MAGIC + text + b"\n" + body
    return data + hashlib.sha256(data).digest()


def body_for(spikes: int, units: int, connections: int = 1) -> bytes:
    """Makes a body of the right length with the right number of connections."""
    weights = np.zeros((spikes, units), np.uint8)
    weights[:connections] = 1
    return np.packbits(weights).tobytes() + bytes(8 * units)


def unpacked(saved: bytes) -> tuple[dict[str, Any], bytes]:
    end = saved.index(b"\n", len(MAGIC))
    return json.loads(saved[len(MAGIC) : end]), saved[end + 1 : -32]


def test_an_unchanged_forged_file_is_read(head: Head, saved: bytes) -> None:
    assert decode_head(forge(*unpacked(saved)), FRONT).equals(head)  # so `forge` makes valid files


NAMES = ["mel", "Spitz-Nävus", "x" * 40]
CHANGES: dict[str, dict[str, Any]] = {
    "huge spikes": {"spikes": 10**30},
    "many spikes": {"spikes": 30_000_000, "rule": [1, 1, 0.1, 1], "classes": ["a"], "taught": [0]},
    "huge neurons": {"rule": [10**30, 7, 0.1, 1]},
    "many neurons": {"rule": [9_000, 1, 0.1, 1], "spikes": 1},
    "no neurons": {"rule": [0, 7, 0.1, 1]},
    "huge connections": {"rule": [3, 10**30, 0.1, 1]},
    "more connections than spikes": {"rule": [3, 101, 0.1, 1]},
    "no connections": {"rule": [3, 0, 0.1, 1]},
    "negative spikes": {"spikes": -100},
    "negative neurons": {"rule": [-3, 7, 0.1, 1]},
    "all negative": {"rule": [-3, -7, 0.1, 1], "spikes": -100},
    "negative connections": {"rule": [3, -7, 0.1, 1]},
    "negative taught": {"taught": [-1, 0, 0]},
    "NaN competition": {"rule": [3, 7, float("nan"), 1]},
    "infinite competition": {"rule": [3, 7, float("inf"), 1]},
    "competition above one": {"rule": [3, 7, 1.01, 1]},
    "NaN neurons": {"rule": [float("nan"), 7, 0.1, 1]},
    "infinite spikes": {"spikes": float("inf")},
    "half a spike": {"spikes": 100.5},
    "half a neuron": {"rule": [3.5, 7, 0.1, 1]},
    "spikes as text": {"spikes": "100"},
    "rule of text": {"rule": ["3", "7", "0.1", "1"]},
    "rule of lists": {"rule": [[3], [7], [0.1], [1]]},
    "rule is null": {"rule": None},
    "rule is a word": {"rule": "abc"},
    "short rule": {"rule": [3, 7, 0.1]},
    "no votes": {"rule": [3, 7, 0.1, 0]},
    "more votes than neurons": {"rule": [3, 7, 0.1, 4]},
    "half a vote": {"rule": [3, 7, 0.1, 1.5]},
    "true votes": {"rule": [3, 7, 0.1, True]},
    "long rule": {"rule": [3, 7, 0.1, 1, 1]},
    "true neurons": {"rule": [True, 7, 0.1, 1], "classes": NAMES * 3, "taught": [0] * 9},
    "duplicate names": {"classes": ["mel", "mel", "nv"]},
    "names equal but for blanks": {"classes": ["mel", " mel", "nv"]},
    "no name": {"classes": ["", "mel", "nv"]},
    "a name of 41": {"classes": ["x" * 41, "mel", "nv"]},
    "a name with a line end": {"classes": ["a\nb", "mel", "nv"]},
    "half a surrogate": {"classes": ["\ud800", "mel", "nv"]},
    "numbers as names": {"classes": [1, 2, 3]},
    "lists as names": {"classes": [["a"], ["b"], ["c"]]},
    "one text of names": {"classes": "abc"},
    "an object of names": {"classes": {"a": 1, "b": 2, "c": 3}},
    "no classes": {"classes": [], "taught": []},
    "null classes": {"classes": None},
    "too many classes": {"classes": [f"c{n}" for n in range(17)], "taught": [0] * 17},
    "too few taught": {"taught": [1]},
    "taught as text": {"taught": ["1", "2", "3"]},
    "one text of taught": {"taught": "123"},
    "taught without end": {"taught": [float("inf"), 0, 0]},
    "taught no number": {"taught": [float("nan"), 0, 0]},
    "taught beyond all counting": {"taught": [10**3000, 0, 0]},
    "front is a list": {"front": [FRONT]},
    "front is null": {"front": None},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_forged_header_with_a_right_hash_is_refused(saved: bytes, change: dict[str, Any]) -> None:
    header, body = unpacked(saved)
    check_refused(forge(header | change, body))
    check_refused(forge(header | change, b""))


@pytest.mark.parametrize("key", ["front", "spikes", "rule", "classes", "taught"])
def test_a_header_that_lacks_something_is_refused(saved: bytes, key: str) -> None:
    header, body = unpacked(saved)
    del header[key]
    check_refused(forge(header, body))


@pytest.mark.parametrize(
    "text",
    [
        b"[" * (MAX_HEADER_BYTES - 1),
        b'{"front":' * 1000,
        b"9" * (MAX_HEADER_BYTES - 1),
        b"1" * 4000,
        b'{"spikes":1e999}',
        b"null",
        b"[]",
        b"5",
        b'"front"',
        b"\xff\xfe\xfd",
        b"\xef\xbb\xbf{}",
        b" " * (MAX_HEADER_BYTES + 10),
        b"{" + b" " * (MAX_HEADER_BYTES - 10) + b"}",
    ],
    ids=lambda text: f"{len(text)} bytes, {text[:9]!r}",
)
def test_a_header_that_is_no_header_is_refused(saved: bytes, text: bytes) -> None:
    check_refused(forge(text, unpacked(saved)[1]))
    check_refused(forge(text, b""))


def test_a_forged_head_as_large_as_a_file_may_be_is_read_or_refused_at_once(saved: bytes) -> None:
    header, _ = unpacked(saved)
    for spikes, neurons in ((1, 100_000), (2, 50_000), (700_000, 8)):
        shape = {"spikes": spikes, "rule": [neurons, 1, 0.1, 1], "classes": ["a"], "taught": [0]}
        data = forge(header | shape, body_for(spikes, neurons))
        assert len(data) < MAX_FILE_BYTES
        tracemalloc.start()
        start = time.perf_counter()
        try:
            decode_head(data, FRONT)
        except HeadError:
            pass
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert time.perf_counter() - start < 2 * SECONDS
        assert peak < 4 * BYTES


def test_neurons_with_too_many_connections_or_impossible_counts_are_refused(
    head: Head, saved: bytes
) -> None:
    header, body = unpacked(saved)
    bits = -(-head.weights.size // 8)
    check_refused(forge(header, b"\xff" * bits + body[bits:]))
    check_refused(forge(header, bytes(bits) + body[bits:]))
    negative = np.full(9, -1, "<i4").tobytes()
    beyond = np.full(9, head.rule.connections + 1, "<i4").tobytes()
    thresholds, swaps = body[bits : bits + 36], body[bits + 36 :]
    check_refused(forge(header, body[:bits] + negative + swaps))
    check_refused(forge(header, body[:bits] + thresholds + negative))
    check_refused(forge(header, body[:bits] + thresholds + beyond))


def test_a_forged_head_of_another_shape_does_not_reach_the_engine(edge: EdgeModel) -> None:
    """With the right network and a right hash, but for fewer spikes."""
    learner, photo = EdgeLearner(edge), load_teaching_photos()[0].image
    data = encode_head(
        make_empty_head(edge.initial_head.spike_count // 2, edge.initial_head.rule, ("a", "b")),
        edge.front_sha256,
    )
    with pytest.raises(HeadError):
        learner.load(data)
    assert learner.head is edge.initial_head
    assert learner.recognize(photo).classes == edge.initial_head.classes
