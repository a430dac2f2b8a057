"""Scores maps by ROAD of the grad-cam package, as a check by other hands.

Rong et al., "A Consistent and Efficient Evaluation Strategy for Attribution Methods", ICML 2022,
https://arxiv.org/abs/2202.00449. Pixels are replaced by a weighted mean of their neighbours instead
of a blur, so that the replaced area itself says less about the map.
"""

from collections.abc import Callable

import numpy as np
import torch
from pytorch_grad_cam.metrics.road import ROADCombined
from torch import nn

PERCENTILES = [20, 40, 60, 80]
"""Shares of the pixels that are replaced, percent."""


def score_road(
    probability: Callable[[np.ndarray], np.ndarray],
    inputs: np.ndarray,
    maps: dict[str, np.ndarray],
    seed: int,
) -> dict[str, float]:
    """Scores several maps of one photo.

    Args:
        probability: (N, S, S, 3) uint8 to the (N,) probability of the explained class.
        inputs: (S, S, 3) uint8, input of the network.
        maps: name of the method to (S, S) map, 0 to 1.
        seed: of the noise that ROAD adds.

    Returns:
        Name of the method to its score, -0.5 to 0.5: half the gain of probability if the least
        relevant pixels are replaced instead of the most relevant ones. Higher is better.
    """
    torch.manual_seed(seed)
    images = torch.from_numpy(inputs.transpose(2, 0, 1)[None].astype(np.float32))
    network, metric = _Network(probability), ROADCombined(percentiles=PERCENTILES)
    return {
        name: float(metric(images, values[None].astype(np.float32), [_take_first], network)[0])
        for name, values in maps.items()
    }


class _Network(nn.Module):
    """The function as a torch module, (N, 3, S, S) to (N, 1)."""

    def __init__(self, probability: Callable[[np.ndarray], np.ndarray]) -> None:
        super().__init__()
        self._probability = probability

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        pixels = images.numpy().transpose(0, 2, 3, 1).round().clip(0, 255).astype(np.uint8)
        return torch.from_numpy(self._probability(pixels).astype(np.float32)[:, None])


def _take_first(output: torch.Tensor) -> torch.Tensor:
    return output[0]
