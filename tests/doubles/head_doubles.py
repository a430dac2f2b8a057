"""A small head, its file, and the check that a file is refused."""

import hashlib
import time
import tracemalloc

import numpy as np
import pytest

from qana.edge_learning.head import Head, HeadError, LearningRule, make_empty_head
from qana.edge_learning.head_files import decode_head, encode_head

FRONT = hashlib.sha256(b"a network").hexdigest()
SECONDS, BYTES = 1.0, 32_000_000
"""Limits of time and memory for refusing a file."""


@pytest.fixture(scope="module")
def head() -> Head:
    """A small head with numbers of different sizes."""
    made = make_empty_head(100, LearningRule(3, 7, 0.1), ("mel", "Spitz-Nävus", "x" * 40))
    made.thresholds[:] = np.arange(9) * 1_000_000
    made.swaps[:] = np.arange(9) % 7
    return Head(made.rule, made.classes, (0, 5, 123_456), made.weights, made.thresholds, made.swaps)


@pytest.fixture(scope="module")
def saved(head: Head) -> bytes:
    return encode_head(head, FRONT)


def check_refused(data: bytes, front: str = FRONT) -> str:
    """Checks that a file is refused quickly with little memory, and returns the error sentence."""
    tracemalloc.start()
    start = time.perf_counter()
    try:
        with pytest.raises(HeadError) as caught:
            decode_head(data, front)
        assert time.perf_counter() - start < SECONDS
        assert tracemalloc.get_traced_memory()[1] < BYTES + len(data)
    finally:
        tracemalloc.stop()
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert sentence.count(". ") == sentence.count("\n") == 0
    return sentence
