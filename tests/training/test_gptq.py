"""Rounding of weights to few levels, on random numbers."""

import numpy as np
import pytest

from qana.training.gptq import round_depthwise_kernel, round_weights

TOP = 7


def inputs(random: np.random.Generator, channels: int = 40) -> np.ndarray:
    """Inputs of a layer, (2000, C), with correlated channels."""
    common = random.normal(size=(2000, 5))
    return common @ random.normal(size=(5, channels)) + 0.3 * random.normal(size=(2000, channels))


def quantize(weights: np.ndarray) -> np.ndarray:
    step = np.abs(weights).max(axis=0) / TOP
    return np.round(weights / step) * step


@pytest.mark.parametrize("seed", range(3))
def test_outputs_change_less_than_with_rounding_to_nearest(seed: int) -> None:
    random = np.random.default_rng(seed)
    x, weights = inputs(random), random.normal(size=(40, 12))
    gram = x.T @ x / len(x) + 1e-3 * np.eye(40)
    found = round_weights(weights, gram, TOP)
    error = ((x @ (found - weights)) ** 2).mean(axis=0)
    nearest = ((x @ (quantize(weights) - weights)) ** 2).mean(axis=0)
    assert (error < nearest).all()
    assert error.sum() < nearest.sum() / 3


def test_quantizer_keeps_the_rounded_weights() -> None:
    random = np.random.default_rng(0)
    x, weights = inputs(random), random.standard_t(3, size=(40, 12))  # a few are large
    found = round_weights(weights, x.T @ x / len(x) + 1e-3 * np.eye(40), TOP)
    np.testing.assert_allclose(quantize(found), found, atol=1e-12)
    assert np.isfinite(found).all()


def test_output_with_zero_weights_stays_zero() -> None:
    weights = np.random.default_rng(0).normal(size=(8, 3))
    weights[:, 1] = 0
    found = round_weights(weights, np.eye(8), TOP)
    assert not found[:, 1].any()
    assert found[:, 0].any()


def test_depthwise_kernel_has_levels_of_one_step() -> None:
    random = np.random.default_rng(0)
    kernel = random.normal(size=(3, 3, 20, 1)).astype(np.float32)
    kernel *= 10 ** random.uniform(-3, 1, size=(1, 1, 20, 1)).astype(np.float32)
    kernel[:, :, 4] = 0
    found, stretch = round_depthwise_kernel(kernel, TOP)
    levels = found * TOP
    np.testing.assert_allclose(levels, np.round(levels), atol=1e-5)
    assert np.abs(levels).max() == TOP  # the largest weight sets the quantizer's step
    unstretched = found[..., 0] / stretch
    for channel in range(20):
        before, after = kernel[:, :, channel, 0], unstretched[:, :, channel]
        assert np.abs(after - before).max() <= np.abs(before).max() / 8 + 1e-9
        assert np.isfinite(after).all()
