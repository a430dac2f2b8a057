"""ImageNet's weights of EfficientNet-Lite0 into the layers of ours that have their shape."""

from collections.abc import Mapping

import numpy as np
import tf_keras as keras

from qana.network.efficientnet_lite import BLOCKS

Weights = Mapping[str, np.ndarray]
_BATCH_NORM = ("weight", "bias", "running_mean", "running_var")


def transfer(model: keras.Model, weights: Weights) -> list[str]:
    """Copies every convolution and normalization whose name the model shares.

    Args:
        model: names as in `qana.network.efficientnet_lite`; changed in place.
        weights: of the torch network, by their names there, as `qana.training.teacher` gives them.

    Returns:
        Names of the layers that were filled.

    Raises:
        ValueError: a layer has the name but not the shape.
    """
    names = {layer.name: layer for layer in model.layers}
    filled = []
    for ours, (convolution, norm) in _pairs().items():
        for suffix in ("conv", "dw"):
            if f"{ours}_{suffix}" in names:
                names[f"{ours}_{suffix}"].set_weights([_kernel(weights[f"{convolution}.weight"])])
                names[f"{ours}_bn"].set_weights([weights[f"{norm}.{key}"] for key in _BATCH_NORM])
                filled += [f"{ours}_{suffix}", f"{ours}_bn"]
    if "logits" in names and weights["_fc.weight"].shape[0] == names["logits"].units:
        head = [weights["_fc.weight"].T, weights["_fc.bias"]]
        if names["logits"].kernel.shape == head[0].shape:
            names["logits"].set_weights(head)
            filled.append("logits")
    return filled


def _pairs() -> dict[str, tuple[str, str]]:
    """Our prefix to the names of the torch network's convolution and batch normalization."""
    pairs = {"stem": ("_conv_stem", "_bn0"), "features": ("_conv_head", "_bn1")}
    for index, block in enumerate(BLOCKS):
        theirs = f"_blocks.{index}"
        if block.expansion > 1:
            pairs[f"block{index}_expand"] = (f"{theirs}._expand_conv", f"{theirs}._bn0")
        pairs[f"block{index}_depthwise"] = (f"{theirs}._depthwise_conv", f"{theirs}._bn1")
        pairs[f"block{index}_project"] = (f"{theirs}._project_conv", f"{theirs}._bn2")
    return pairs


def _kernel(weight: np.ndarray) -> np.ndarray:
    """(out, in, k, k) to Keras's (k, k, in, out); depthwise (C, 1, k, k) to (k, k, C, 1)."""
    if weight.shape[1] == 1:
        return weight.transpose(2, 3, 0, 1)
    return weight.transpose(2, 3, 1, 0)
