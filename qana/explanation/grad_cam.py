"""Runs the grad-cam package on a deployed network, float or quantized.

grad-cam: Gildenblat and contributors, MIT licence, https://github.com/jacobgil/pytorch-grad-cam.
"""

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import torch
from pytorch_grad_cam import EigenCAM, GradCAM, GradCAMPlusPlus, LayerCAM, ScoreCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from qana.errors import ExplanationError
from qana.explanation.explained_network import ExplainedNetwork, use_one_thread

METHODS: dict[str, Any] = {
    "Grad-CAM": GradCAM,  # Selvaraju et al., ICCV 2017
    "Grad-CAM++": GradCAMPlusPlus,  # Chattopadhay et al., WACV 2018
    "LayerCAM": LayerCAM,  # Jiang et al., IEEE TIP 2021
    "Eigen-CAM": EigenCAM,  # Muhammad and Yeasin, IJCNN 2020; independent of the class
    "Score-CAM": ScoreCAM,  # Wang et al., CVPR Workshops 2020
}
Progress = Callable[[float], None]
"""Receives the finished share of the work, 0 to 1."""


def compute_maps(
    network: ExplainedNetwork,
    method: str,
    layer: str,
    inputs: np.ndarray,
    labels: np.ndarray,
    progress: Progress | None = None,
) -> np.ndarray:
    """Computes maps with a method of the grad-cam package.

    Args:
        network: network to explain.
        method: key of `METHODS`.
        layer: one of `network.points`.
        inputs: (N, S, S, 3) uint8, 0 to 255.
        labels: (N,) class indices, the class to explain for each photo.
        progress: called during Score-CAM, which runs the network once for each channel.

    Returns:
        (N, S, S) float32, 0 to 1, resized by grad-cam.

    Raises:
        ExplanationError: there is no such method or layer.
    """
    check_choice(method, layer, network.points.keys())
    point = network.points[layer]
    counter = _Counter(progress)
    hooks = [
        point.register_forward_hook(lambda _module, _inputs, output: counter.read(output)),
        network.register_forward_hook(lambda _module, _inputs, output: counter.count(output)),
    ]
    images = torch.from_numpy(np.ascontiguousarray(inputs.transpose(0, 3, 1, 2), np.float64))
    try:
        with use_one_thread(), METHODS[method](model=network, target_layers=[point]) as cam:
            maps: np.ndarray = cam(images, [ClassifierOutputTarget(int(one)) for one in labels])
    finally:
        for hook in hooks:
            hook.remove()
    return maps


def check_choice(method: str, layer: str, layers: Collection[str]) -> None:
    """Raises an ExplanationError if there is no such method or layer.

    Args:
        method: key of `METHODS`.
        layer: one of `layers`.
        layers: names of the layers that may get a map.
    """
    if method not in METHODS:
        known = ", ".join(METHODS)
        raise ExplanationError(f"There is no method '{method}': choose one of {known}.")
    if layer not in layers:
        known = ", ".join(layers)
        raise ExplanationError(f"There is no layer '{layer}': choose one of {known}.")


class _Counter:
    """Counts the photos of Score-CAM, which is one for each channel after the photo itself."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress, self._channels, self._done = progress, 0, 0

    def read(self, output: torch.Tensor) -> None:
        self._channels = self._channels or output.shape[0] * output.shape[1]

    def count(self, logits: torch.Tensor) -> None:
        if self._progress and logits.grad_fn is None:
            self._done += len(logits)
            self._progress(min(self._done / self._channels, 1.0))
