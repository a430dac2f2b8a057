"""Probabilities from logits."""

import numpy as np
import pytest

from qana.inference.probabilities import malignant_probability
from qana.inference.temperature import softmax


def test_softmax_survives_large_integers() -> None:
    logits = np.array([[0, 100_000, 0, 0, 0, 0, 99_999]], dtype=np.int32)
    found = softmax(logits)
    assert found.dtype == np.float64
    assert found[0, 1] == pytest.approx(1 / (1 + np.exp(-1)))
    assert softmax(logits, temperature=2.0)[0, 1] == pytest.approx(1 / (1 + np.exp(-0.5)))


def test_malignant_classes() -> None:
    assert malignant_probability(np.eye(7)).tolist() == [1, 1, 0, 0, 1, 0, 0]
    assert malignant_probability(np.full((1, 7), 0.1)) == pytest.approx([0.3])
