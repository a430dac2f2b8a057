"""Transfers ImageNet weights of EfficientNet-Lite0 from torch to a Keras network."""

from collections.abc import Mapping

import numpy as np
import tf_keras as keras

from qana.network.efficientnet_lite import BLOCKS

Weights = Mapping[str, np.ndarray]
"""Name of a tensor of the torch network to its values."""
_BATCH_NORM = ("weight", "bias", "running_mean", "running_var")


def transfer_weights(model: keras.Model, weights: Weights) -> list[str]:
    """Copies the weights of all layers that the two networks share by name.

    Args:
        model: Keras network with layer names of `qana.network.efficientnet_lite`, changed in place.
        weights: tensors of the torch network, from `qana.training.teacher.load_imagenet_weights`.

    Returns:
        Names of the layers that got weights.

    Raises:
        ValueError: a shared layer has another shape.
    """
    names = {layer.name: layer for layer in model.layers}
    filled = []
    for prefix, (convolution, norm) in _match_names().items():
        for suffix in ("conv", "dw"):
            if f"{prefix}_{suffix}" in names:
                names[f"{prefix}_{suffix}"].set_weights(
                    [_reorder_kernel(weights[f"{convolution}.weight"])]
                )
                names[f"{prefix}_bn"].set_weights([weights[f"{norm}.{key}"] for key in _BATCH_NORM])
                filled += [f"{prefix}_{suffix}", f"{prefix}_bn"]
    if "logits" in names and weights["_fc.weight"].shape[0] == names["logits"].units:
        head = [weights["_fc.weight"].T, weights["_fc.bias"]]
        if names["logits"].kernel.shape == head[0].shape:
            names["logits"].set_weights(head)
            filled.append("logits")
    return filled


def _match_names() -> dict[str, tuple[str, str]]:
    """Matches layer prefixes in Keras to the convolution and normalization in torch."""
    pairs = {"stem": ("_conv_stem", "_bn0"), "features": ("_conv_head", "_bn1")}
    for index, block in enumerate(BLOCKS):
        block_name = f"_blocks.{index}"
        if block.expansion > 1:
            pairs[f"block{index}_expand"] = (f"{block_name}._expand_conv", f"{block_name}._bn0")
        pairs[f"block{index}_depthwise"] = (f"{block_name}._depthwise_conv", f"{block_name}._bn1")
        pairs[f"block{index}_project"] = (f"{block_name}._project_conv", f"{block_name}._bn2")
    return pairs


def _reorder_kernel(weight: np.ndarray) -> np.ndarray:
    """Reorders the axes of a torch kernel for Keras.

    Args:
        weight: (out, in, k, k), or (C, 1, k, k) if depthwise.

    Returns:
        (k, k, in, out), or (k, k, C, 1) if depthwise.
    """
    if weight.shape[1] == 1:
        return weight.transpose(2, 3, 0, 1)
    return weight.transpose(2, 3, 1, 0)
