"""The fitted temperature recovers a known one and lowers the calibration error."""

import numpy as np
import pytest

from qana.evaluation.fit_temperature import fit_temperature
from qana.evaluation.metrics import score_probabilities
from qana.inference.temperature import softmax


def made_up(count: int, classes: int = 7, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes labels, and probabilities that favour them."""
    random = np.random.default_rng(seed)
    labels = random.integers(classes, size=count)
    logits = random.normal(size=(count, 7)) + 1.5 * np.eye(7)[labels]
    return labels, softmax(logits)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_temperature_is_recovered(temperature: float) -> None:
    random = np.random.default_rng(0)
    logits = random.normal(scale=2.0, size=(20_000, 7))
    chances = softmax(logits).cumsum(axis=1)
    labels = (random.random((20_000, 1)) > chances).sum(axis=1).clip(max=6)
    assert fit_temperature(logits * temperature, labels) == pytest.approx(temperature, rel=0.03)


def test_temperature_mends_calibration() -> None:
    labels, _ = made_up(3000)
    logits = 6 * (np.random.default_rng(3).normal(size=(3000, 7)) + 1.5 * np.eye(7)[labels])
    before = score_probabilities(labels, softmax(logits))
    after = score_probabilities(labels, softmax(logits, fit_temperature(logits, labels)))
    assert before.ece > 0.2
    assert after.ece < 0.03
    assert after.confusion == before.confusion


def test_temperature_stays_in_its_bounds() -> None:
    logits = np.eye(7) / 2
    assert fit_temperature(logits, np.arange(7)) == pytest.approx(0.05, rel=0.01)
    assert fit_temperature(logits, np.roll(np.arange(7), 1)) == pytest.approx(20, rel=0.01)
    with pytest.raises(ValueError, match="finite"):
        fit_temperature(np.full((1, 7), np.inf), np.array([0]))
