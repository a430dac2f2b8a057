"""Folds batch normalization into the layer before it, as every deployment of a network does."""

from typing import Any

import torch
from torch import nn

from qana.network.torch_network import TorchNetwork


def fold_normalization(network: TorchNetwork) -> int:
    """Folds each batch normalization into the convolution or dense layer that alone feeds it.

    The network then computes the same numbers up to the rounding of 32-bit floats, in fewer steps.

    Args:
        network: changed in place; it must be in evaluation mode.

    Returns:
        The number of folded layers.
    """
    folded = 0
    for name, (source, *others) in network.sources.items():
        module = network.steps[name]
        if not isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d) or others:
            continue
        if source not in network.steps or _count_readers(network, source) > 1:
            continue
        if _fold_into(network.steps[source], module):
            network.steps[name] = nn.Identity()
            folded += 1
    return folded


def _count_readers(network: TorchNetwork, name: str) -> int:
    return sum(sources.count(name) for sources in network.sources.values())


def _fold_into(module: Any, normalization: Any) -> bool:
    """Folds a normalization into the last convolution of a module; False if it has none."""
    if isinstance(module, nn.Sequential):  # a separable convolution: its pointwise part is last
        module = module[-1]
    module = getattr(module, "convolution", module)  # padded or cropped
    if not isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        return False
    if isinstance(module, nn.ConvTranspose2d) and module.groups != module.out_channels:
        return False  # its output channels are on another axis
    with torch.no_grad():
        spread = torch.sqrt(normalization.running_var + normalization.eps)
        scale = normalization.weight / spread
        bias = torch.zeros_like(scale) if module.bias is None else module.bias
        shifted = (bias - normalization.running_mean) * scale + normalization.bias
        module.bias = nn.Parameter(shifted)
        module.weight.mul_(scale.reshape(-1, *[1] * (module.weight.dim() - 1)))
    return True
