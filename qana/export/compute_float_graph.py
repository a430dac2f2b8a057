"""Computes a float network step by step with NumPy, as the reference for other programs."""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from qana.export.float_graph import FloatGraph, Step


def compute_float_logits(graph: FloatGraph, images: np.ndarray) -> np.ndarray:
    """Computes the logits in 64-bit floats, so that no rounding of its own is in the reference.

    Args:
        graph: the network.
        images: (N, S, S, 3) uint8, 0 to 255.

    Returns:
        (N, C) float32 logits.
    """
    for _step, _inputs, result in compute_steps(graph, images):
        logits = result
    return logits.astype(np.float32)


def compute_steps(
    graph: FloatGraph, images: np.ndarray
) -> Iterator[tuple[Step, np.ndarray, np.ndarray]]:
    """Computes one step after the other in 64-bit floats.

    Args:
        graph: the network.
        images: (N, S, S, 3) uint8, 0 to 255.

    Yields:
        A step, the first array that it reads, and its result before its activation, (N, ...)
        float64.
    """
    values = {"image": images.astype(np.float64)}
    for step in graph.steps:
        inputs = [values[source] for source in step.sources]
        result = _compute_step(step, inputs)
        yield step, inputs[0], result
        if step.activation != "linear":
            result = np.clip(result, 0, 6 if step.activation == "relu6" else None)
        values[step.name] = result


def _compute_step(step: Step, inputs: list[np.ndarray]) -> np.ndarray:
    x = inputs[0]
    if step.kind == "add":
        return np.sum(inputs, axis=0)
    if step.kind == "concatenate":
        return np.concatenate(inputs, axis=-1)
    if step.kind == "average":
        return x.mean(axis=(1, 2))
    if step.weight is None or step.bias is None:
        return x
    return apply_weight(step, x, step.weight.astype(np.float64)) + step.bias


def apply_weight(step: Step, x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Applies a weight in place of the step's own.

    Args:
        step: gives the kind, the stride and the padding.
        x: (N, ...) input.
        weight: of the shape of the step's own; its dtype is that of the computation.

    Returns:
        (N, ...) result without the bias.
    """
    if step.kind == "scale":
        return x * weight
    if step.kind == "dense":
        return x @ weight
    if step.kind == "spread":
        return _spread(x, weight)
    windows = _cut_windows(x, weight.shape[0], step.stride, step.padding)
    subscripts = "nhwcij,ijco->nhwo" if step.kind == "convolution" else "nhwcij,ijco->nhwc"
    return np.einsum(subscripts, windows, weight, optimize=True)


def _cut_windows(x: np.ndarray, kernel: int, stride: int, padding: str) -> np.ndarray:
    """Cuts (N, H, W, C, k, k) windows, with Keras's padding."""
    if padding == "same":
        ends = []
        for side in x.shape[1:3]:
            missing = max((-(-side // stride) - 1) * stride + kernel - side, 0)
            ends.append((missing // 2, missing - missing // 2))
        x = np.pad(x, ((0, 0), *ends, (0, 0)))
    windows: np.ndarray = sliding_window_view(x, (kernel, kernel), (1, 2))  # type: ignore[call-overload]
    return windows[:, ::stride, ::stride]


def _spread(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Computes a transposed depthwise convolution with stride 2 and a 3x3 kernel."""
    count, height, width, channels = x.shape
    apart = np.zeros((count, 2 * height, 2 * width, channels))
    apart[:, ::2, ::2] = x
    padded = np.pad(apart, ((0, 0), (2, 0), (2, 0), (0, 0)))
    windows = _cut_windows(padded, 3, 1, "valid")
    return np.einsum("nhwcij,ijco->nhwc", windows, weight[::-1, ::-1], optimize=True)
