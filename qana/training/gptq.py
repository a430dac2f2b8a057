"""Weights on the few levels of a quantizer, so that what a layer sums stays close to its aim."""

import numpy as np

CLIP_SHARES = (1.0, 0.85, 0.7, 0.55, 0.4)
"""Top levels that are tried for each output, as shares of its largest weight: where few weights are
large, a lower top leaves finer steps to the many."""
MIN_LEVELS = 4
"""Levels on each side that a depthwise kernel fills at least."""
TINY = 1e-6


def round_weights(weights: np.ndarray, gram: np.ndarray, top: int) -> np.ndarray:
    """Rounds one weight after the other; those to come make up for the error of those done.

    That is GPTQ (Frantar et al., arXiv 2210.17323). The step of each output is the one of `CLIP_SHARES`
    whose rounded weights change its sums least.

    Args:
        weights: (C, K) float64, from C inputs to K outputs.
        gram: (C, C) float64, positive definite: mean products of the inputs.
        top: highest level; the lowest is -top.

    Returns:
        (C, K) float64. Divided by a K-th of its largest absolute value, each column of it is whole
        numbers up to `top`: a quantizer that takes its step from the largest weight finds them.
    """
    order = np.argsort(-np.diag(gram))  # the inputs that matter most are rounded while all is open
    inverse = np.linalg.inv(gram[np.ix_(order, order)])
    hand_on = np.linalg.cholesky((inverse + inverse.T) / 2).T
    best, least = np.zeros_like(weights), np.full(weights.shape[1], np.inf)
    for clip in CLIP_SHARES:
        step = np.maximum(np.abs(weights).max(axis=0) * clip / top, TINY)
        levels = np.empty_like(weights)
        levels[order] = _choose_levels(weights[order], hand_on, step, top)
        off = levels * step - weights
        change = np.einsum("ck,ck->k", off, gram @ off)
        change[np.abs(levels).max(axis=0) < top] = np.inf
        better = change < least
        best[:, better], least[better] = (levels * step)[:, better], change[better]
    return best


def _choose_levels(
    weights: np.ndarray, hand_on: np.ndarray, step: np.ndarray, top: int
) -> np.ndarray:
    left, levels = weights.copy(), np.empty_like(weights)
    for n in range(len(left)):
        levels[n] = np.clip(np.round(left[n] / step), -top, top)
        error = (left[n] - levels[n] * step) / hand_on[n, n]
        left[n + 1 :] -= np.outer(hand_on[n, n + 1 :], error)
    return levels


def round_depthwise_kernel(taps: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """Depthwise kernels on the levels of one step that all channels share.

    A channel's own scale is free, since the 1x1 part behind it can undo it: each is stretched to
    where its taps lie closest to whole levels.

    Args:
        taps: (k, k, C, 1) float32.
        top: highest level; the lowest is -top.

    Returns:
        Kernels (k, k, C, 1) float32, whole multiples of 1 / top up to 1; and the factor (C,)
        float64 by which each channel was stretched on the way.
    """
    flat = taps.reshape(-1, taps.shape[2]).astype(np.float64)
    largest = np.maximum(np.abs(flat).max(axis=0), TINY)
    reaches = np.linspace(top, MIN_LEVELS, 4 * (top - MIN_LEVELS) + 1)
    scaled = flat / largest * reaches[:, None, None]  # (reaches, taps, C)
    off = (((np.round(scaled) - scaled) / reaches[:, None, None]) ** 2).sum(axis=1)
    best = off.argmin(axis=0)
    best[off[0].argmin()] = 0  # one channel at least must reach the top: the step hangs on it
    levels = np.take_along_axis(np.round(scaled), best[None, None], axis=0)[0]
    return (levels / top).reshape(taps.shape).astype(np.float32), reaches[best] / largest / top
