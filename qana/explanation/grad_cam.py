"""The grad-cam package on a Keras network, float or quantized.

grad-cam (Gildenblat and contributors, MIT) is a library for torch: it hooks a torch layer to learn
its values and its gradient. Here it gets a torch module that runs the Keras network, and in place
of its hooks an object that asks Keras for both. The methods themselves run unchanged.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from pytorch_grad_cam import EigenCAM, GradCAM, GradCAMPlusPlus, LayerCAM, ScoreCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from qana.errors import ExplanationError
from qana.explanation.keras_gradients import KerasNetwork

METHODS: dict[str, Any] = {
    "Grad-CAM": GradCAM,  # Selvaraju et al., ICCV 2017
    "Grad-CAM++": GradCAMPlusPlus,  # Chattopadhay et al., WACV 2018
    "LayerCAM": LayerCAM,  # Jiang et al., IEEE TIP 2021
    "Eigen-CAM": EigenCAM,  # Muhammad and Yeasin, IJCNN 2020; knows no class
    "Score-CAM": ScoreCAM,  # Wang et al., CVPR Workshops 2020
}
Progress = Callable[[float], None]
"""Takes the share that is done, 0 to 1."""


def compute_maps(
    network: KerasNetwork,
    method: str,
    layer: str,
    inputs: np.ndarray,
    labels: np.ndarray,
    progress: Progress | None = None,
) -> np.ndarray:
    """Maps of one method of the grad-cam package.

    Args:
        network: that is explained.
        method: a key of `METHODS`.
        layer: one of the network's layers.
        inputs: (N, S, S, 3) uint8, 0 to 255.
        labels: (N,) integers, the class to explain of each photo.
        progress: called while Score-CAM runs the network once a channel.

    Returns:
        (N, S, S) float32, 0 to 1, enlarged by grad-cam.

    Raises:
        ExplanationError: there is no such method or layer.
    """
    if method not in METHODS:
        known = ", ".join(METHODS)
        raise ExplanationError(f"There is no method '{method}': choose one of {known}.")
    if layer not in network.layers:
        known = ", ".join(network.layers)
        raise ExplanationError(f"There is no layer '{layer}': choose one of {known}.")
    module = _Module(network, progress)
    cam = METHODS[method](model=module, target_layers=[module])
    cam.activations_and_grads.release()
    cam.activations_and_grads = _Asked(module, layer)
    images = torch.from_numpy(np.ascontiguousarray(inputs.transpose(0, 3, 1, 2), np.float32))
    return cam(images, [ClassifierOutputTarget(int(label)) for label in labels])


class _Module(torch.nn.Module):
    """The Keras network as torch sees it: (N, 3, S, S) to (N, 7)."""

    def __init__(self, network: KerasNetwork, progress: Progress | None) -> None:
        super().__init__()
        self.network = network
        self.anchor = torch.nn.Parameter(torch.zeros(()))  # grad-cam asks it for the device
        self.asked: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.channels = 0
        self._progress, self._done = progress, 0

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits = _Keras.apply(images, self.anchor, self)
        if self._progress and self.channels:
            self._done += len(images)
            self._progress(min(self._done / self.channels, 1.0))
        return logits


class _Keras(torch.autograd.Function):
    """Forward through Keras; backward asks Keras for the layers' gradients and keeps them."""

    @staticmethod
    def forward(ctx: Any, images: torch.Tensor, anchor: torch.Tensor, module: Any) -> torch.Tensor:
        ctx.module, ctx.inputs = module, _channels_last(images)
        return torch.from_numpy(module.network.logits(ctx.inputs))

    @staticmethod
    def backward(ctx: Any, *weights: torch.Tensor) -> tuple[None, torch.Tensor, None]:
        ctx.module.asked = ctx.module.network.gradients(ctx.inputs, weights[0].numpy())
        return None, torch.zeros(()), None


class _Asked:
    """Stands where grad-cam keeps its hooks: same call, activations, gradients, release."""

    def __init__(self, module: _Module, layer: str) -> None:
        self._module, self._layer = module, layer
        self._images: torch.Tensor | None = None

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        self._images = images
        self._module.channels = 0
        return self._module(images)

    @property
    def activations(self) -> list[torch.Tensor]:
        if not self._module.asked:  # a method without gradients never went backward
            images = _channels_last(self._images)
            none = np.zeros((len(images), 7), np.float32)
            self._module.asked = self._module.network.gradients(images, none)
        values = self._module.asked[self._layer][0]
        self._module.channels = len(values) * values.shape[-1]
        return [_channels_first(values)]

    @property
    def gradients(self) -> list[torch.Tensor]:
        return [_channels_first(self._module.asked[self._layer][1])]

    def release(self) -> None:
        self._images = None
        self._module.asked = {}


def _channels_last(images: Any) -> np.ndarray:
    return images.detach().numpy().transpose(0, 2, 3, 1)


def _channels_first(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values.transpose(0, 3, 1, 2)))
