"""Computes the features of other networks, with which the search of similar cases is compared."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qana.imaging import read_image, to_input
from qana.inference.manifest import ModelEntry

IMAGENET_SIDE = 224
"""Side of the input of EfficientNet-Lite0, pixels."""
FeatureFunction = Callable[[np.ndarray], np.ndarray]
"""Maps a photo, (H, W, 3) uint8 RGB, to its (F,) features."""


def make_float_features(entry: ModelEntry) -> FeatureFunction:
    """Makes the function of the float network: what enters its last dense layer.

    Args:
        entry: the model.

    Raises:
        ExplanationError: the model has no float form.
    """
    import torch

    from qana.explanation.explained_network import load_explained_network, use_one_thread

    names = load_explained_network(entry, "float", []).list_dense_inputs()
    network = load_explained_network(entry, "float", names)
    recorded: list[np.ndarray] = []
    network.points[names[-1]].register_forward_hook(
        lambda _module, _inputs, output: recorded.append(output.numpy()[0])
    )

    def compute(photo: np.ndarray) -> np.ndarray:
        square = to_input(photo, entry.input_shape[0])
        recorded.clear()
        with use_one_thread(), torch.inference_mode():
            network(torch.from_numpy(np.ascontiguousarray(square.transpose(2, 0, 1)[None])))
        return recorded[0].astype(np.float32)

    return compute


def make_imagenet_features() -> FeatureFunction:
    """Makes the function of EfficientNet-Lite0 with ImageNet weights: its 1,280 averaged channels.

    This network has never been trained on a lesion.
    """
    import torch

    from qana.training.teacher import MEAN, SCALE, load_imagenet_network

    network: Any = load_imagenet_network().eval()

    def compute(photo: np.ndarray) -> np.ndarray:
        square = to_input(photo, IMAGENET_SIDE)
        pixels = torch.from_numpy(np.ascontiguousarray(square.transpose(2, 0, 1)[None])).float()
        with torch.inference_mode():
            maps = network.extract_features((pixels - MEAN) / SCALE)
        averages: np.ndarray = maps.mean(dim=(2, 3))[0].numpy()
        return averages

    return compute


def compute_all(function: FeatureFunction, paths: Sequence[Path]) -> np.ndarray:
    """Computes the features of many photos: (N, F) float32.

    Raises:
        ImageError: a photo cannot be read.
    """
    return np.stack([function(read_image(path)) for path in paths])
