"""Rounding of weights to few levels, on numbers alone."""

import numpy as np
import pytest

from qana.training.gptq import round_depthwise_kernel, round_weights

TOP = 7


def inputs(random: np.random.Generator, channels: int = 40) -> np.ndarray:
    """(2000, C): what a layer reads, its channels resembling each other."""
    common = random.normal(size=(2000, 5))
    return common @ random.normal(size=(5, channels)) + 0.3 * random.normal(size=(2000, channels))


def as_the_quantizer_has_it(weights: np.ndarray) -> np.ndarray:
    step = np.abs(weights).max(axis=0) / TOP
    return np.round(weights / step) * step


@pytest.mark.parametrize("seed", range(3))
def test_rounded_in_turn_the_sums_stay_closer_than_rounded_to_the_nearest(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, weights = inputs(random), random.normal(size=(40, 12))
    gram = x.T @ x / len(x) + 1e-3 * np.eye(40)
    found = round_weights(weights, gram, TOP)
    off = ((x @ (found - weights)) ** 2).mean(axis=0)
    nearest = ((x @ (as_the_quantizer_has_it(weights) - weights)) ** 2).mean(axis=0)
    assert (off < nearest).all()
    assert off.sum() < nearest.sum() / 3


def test_the_quantizer_finds_the_levels_that_were_solved_for() -> None:
    random = np.random.default_rng(0)
    x, weights = inputs(random), random.standard_t(3, size=(40, 12))  # a few are large
    found = round_weights(weights, x.T @ x / len(x) + 1e-3 * np.eye(40), TOP)
    np.testing.assert_allclose(as_the_quantizer_has_it(found), found, atol=1e-12)
    assert np.isfinite(found).all()


def test_an_output_without_weights_stays_without() -> None:
    weights = np.random.default_rng(0).normal(size=(8, 3))
    weights[:, 1] = 0
    found = round_weights(weights, np.eye(8), TOP)
    assert not found[:, 1].any()
    assert found[:, 0].any()


def test_taps_lie_on_the_levels_of_one_step_and_keep_their_shape() -> None:
    random = np.random.default_rng(0)
    taps = random.normal(size=(3, 3, 20, 1)).astype(np.float32)
    taps *= 10 ** random.uniform(-3, 1, size=(1, 1, 20, 1)).astype(np.float32)
    taps[:, :, 4] = 0
    found, stretch = round_depthwise_kernel(taps, TOP)
    levels = found * TOP
    np.testing.assert_allclose(levels, np.round(levels), atol=1e-5)
    assert np.abs(levels).max() == TOP  # else the quantizer would take another step
    back = found[..., 0] / stretch
    for channel in range(20):
        was, now = taps[:, :, channel, 0], back[:, :, channel]
        assert np.abs(now - was).max() <= np.abs(was).max() / 8 + 1e-9
        assert np.isfinite(now).all()
