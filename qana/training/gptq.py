"""Rounds weights to few levels so that the outputs of a layer change as little as possible."""

import numpy as np

CLIP_SHARES = (1.0, 0.85, 0.7, 0.55, 0.4)
"""Top levels that are tried for each output, as shares of its largest weight. With few large
weights, a lower top gives finer steps to the others."""
MIN_LEVELS = 4
"""Smallest number of levels on each side that a depthwise kernel fills."""
TINY = 1e-6
"""Smallest step and weight, so that nothing is divided by 0."""


def round_weights(weights: np.ndarray, gram: np.ndarray, top: int) -> np.ndarray:
    """Rounds the weights of a linear layer with GPTQ.

    The inputs are rounded in turn, and the weights that remain compensate for the error of those
    already rounded. For each output, the step is taken from `CLIP_SHARES` with the smallest change
    of the output.

    Source: GPTQ (Frantar et al., arXiv 2210.17323).

    Args:
        weights: (C, K) float64, from C inputs to K outputs.
        gram: (C, C) float64, positive definite: mean products of the inputs.
        top: highest level. The lowest level is -top.

    Returns:
        (C, K) float64. Each column is a step times integers, and its largest integer is `top` or
        -top. A quantizer that takes its step from the largest weight gets the same integers.
    """
    order = np.argsort(-np.diag(gram))  # the largest inputs first, while all others can compensate
    inverse = np.linalg.inv(gram[np.ix_(order, order)])
    factor = np.linalg.cholesky((inverse + inverse.T) / 2).T
    best, least = np.zeros_like(weights), np.full(weights.shape[1], np.inf)
    for clip in CLIP_SHARES:
        step = np.maximum(np.abs(weights).max(axis=0) * clip / top, TINY)
        levels = np.empty_like(weights)
        levels[order] = _choose_levels(weights[order], factor, step, top)
        error = levels * step - weights
        change = np.einsum("ck,ck->k", error, gram @ error)
        change[np.abs(levels).max(axis=0) < top] = np.inf
        better = change < least
        best[:, better], least[better] = (levels * step)[:, better], change[better]
    return best


def _choose_levels(
    weights: np.ndarray, factor: np.ndarray, step: np.ndarray, top: int
) -> np.ndarray:
    """Rounds (C, K) weights to integers, with the upper Cholesky factor (C, C) of the inverse."""
    remaining, levels = weights.copy(), np.empty_like(weights)
    for n in range(len(remaining)):
        levels[n] = np.clip(np.round(remaining[n] / step), -top, top)
        error = (remaining[n] - levels[n] * step) / factor[n, n]
        remaining[n + 1 :] -= np.outer(factor[n, n + 1 :], error)
    return levels


def round_depthwise_kernel(kernel: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """Rounds a depthwise kernel to the levels of one step that all channels share.

    The scale of a channel is free, because the 1x1 convolution after it can undo the scale. Each
    channel is therefore stretched to where its weights are closest to levels.

    Args:
        kernel: (k, k, C, 1) float32.
        top: highest level. The lowest level is -top.

    Returns:
        The rounded kernel, (k, k, C, 1) float32, multiples of 1 / top from -1 to 1, and the
        factors (C,) float64 that the channels were stretched by.
    """
    flat = kernel.reshape(-1, kernel.shape[2]).astype(np.float64)
    largest = np.maximum(np.abs(flat).max(axis=0), TINY)
    reaches = np.linspace(top, MIN_LEVELS, 4 * (top - MIN_LEVELS) + 1)
    scaled = flat / largest * reaches[:, None, None]  # (reaches, k * k, C)
    error = (((np.round(scaled) - scaled) / reaches[:, None, None]) ** 2).sum(axis=1)
    best = error.argmin(axis=0)
    best[error[0].argmin()] = 0  # one channel must reach the top, since it sets the step
    levels = np.take_along_axis(np.round(scaled), best[None, None], axis=0)[0]
    return (levels / top).reshape(kernel.shape).astype(np.float32), reaches[best] / largest / top
