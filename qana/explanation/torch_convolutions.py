"""Computes convolutions in torch with the kernels and the padding of Keras."""

import numpy as np
import torch
from torch.nn import functional


def convolve(x: torch.Tensor, kernel: np.ndarray, stride: int, padding: str) -> torch.Tensor:
    """Computes a convolution.

    Args:
        x: (N, C, H, W).
        kernel: (k, k, C, F), as Keras stores it.
        stride: step, pixels.
        padding: "same" or "valid".

    Returns:
        (N, F, H', W').
    """
    weight = _to_tensor(kernel.transpose(3, 2, 0, 1), x)
    return functional.conv2d(_pad(x, kernel.shape[0], stride, padding), weight, stride=stride)


def convolve_depthwise(
    x: torch.Tensor, kernel: np.ndarray, stride: int, padding: str
) -> torch.Tensor:
    """Computes a depthwise convolution.

    Args:
        x: (N, C, H, W).
        kernel: (k, k, C, 1), as Keras stores it.
        stride: step, pixels.
        padding: "same" or "valid".

    Returns:
        (N, C, H', W').
    """
    weight = _to_tensor(kernel.transpose(2, 3, 0, 1), x)
    padded = _pad(x, kernel.shape[0], stride, padding)
    return functional.conv2d(padded, weight, stride=stride, groups=len(weight))


def spread_depthwise(x: torch.Tensor, kernel: np.ndarray) -> torch.Tensor:
    """Computes a transposed depthwise convolution with stride 2, a 3x3 kernel and same padding.

    Args:
        x: (N, C, H, W).
        kernel: (3, 3, C, 1), as Keras stores it.

    Returns:
        (N, C, 2 H, 2 W).
    """
    weight = _to_tensor(kernel.transpose(2, 3, 0, 1), x)
    height, width = (2 * side for side in x.shape[2:])
    return functional.conv_transpose2d(x, weight, stride=2, groups=len(weight))[
        ..., :height, :width
    ]


def count_padding(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """Counts the pixels that Keras's padding "same" adds before and after a side."""
    missing = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return missing // 2, missing - missing // 2


def _pad(x: torch.Tensor, kernel: int, stride: int, padding: str) -> torch.Tensor:
    if padding == "valid":
        return x
    height, width = (count_padding(side, kernel, stride) for side in x.shape[2:])
    return functional.pad(x, (*width, *height))


def _to_tensor(array: np.ndarray, like: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(like.dtype)
