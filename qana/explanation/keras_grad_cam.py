"""Runs the grad-cam package on a network in Keras itself, as the reference for torch.

grad-cam hooks a torch layer to record its activations and gradients. Here it gets a torch module
that runs the Keras network, and a recorder that asks Keras for activations and gradients in place
of the hooks. The methods of the package run unchanged. This serves networks that have no file, and
measures whether `qana.explanation.grad_cam` computes the same maps.
"""

from typing import Any

import numpy as np
import torch
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from qana.explanation.grad_cam import METHODS, Progress, check_choice
from qana.explanation.keras_gradients import KerasNetwork


def compute_keras_maps(
    network: KerasNetwork,
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
        layer: one of `network.layers`.
        inputs: (N, S, S, 3) uint8, 0 to 255.
        labels: (N,) class indices, the class to explain for each photo.
        progress: called during Score-CAM, which runs the network once for each channel.

    Returns:
        (N, S, S) float32, 0 to 1, resized by grad-cam.

    Raises:
        ExplanationError: there is no such method or layer.
    """
    check_choice(method, layer, network.layers)
    module = _KerasModule(network, progress)
    cam = METHODS[method](model=module, target_layers=[module])
    cam.activations_and_grads.release()
    cam.activations_and_grads = _KerasRecorder(module, layer)
    images = torch.from_numpy(np.ascontiguousarray(inputs.transpose(0, 3, 1, 2), np.float32))
    return cam(images, [ClassifierOutputTarget(int(label)) for label in labels])


class _KerasModule(torch.nn.Module):
    """The Keras network as a torch module, (N, 3, S, S) to (N, 7) logits.

    Attributes:
        network: the Keras network.
        anchor: parameter that grad-cam reads the device from.
        recorded: layer name to (activations, gradients) of the last backward pass.
        channels: number of forward passes that Score-CAM will make; 0 before they start.
    """

    def __init__(self, network: KerasNetwork, progress: Progress | None) -> None:
        super().__init__()
        self.network = network
        self.anchor = torch.nn.Parameter(torch.zeros(()))
        self.recorded: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.channels = 0
        self._progress, self._done = progress, 0

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits = _KerasFunction.apply(images, self.anchor, self)
        if self._progress and self.channels:
            self._done += len(images)
            self._progress(min(self._done / self.channels, 1.0))
        return logits


class _KerasFunction(torch.autograd.Function):
    """Runs Keras in the forward pass; records Keras's gradients in the backward pass."""

    @staticmethod
    def forward(ctx: Any, images: torch.Tensor, anchor: torch.Tensor, module: Any) -> torch.Tensor:
        ctx.module, ctx.inputs = module, _to_channels_last(images)
        return torch.from_numpy(module.network.compute_logits(ctx.inputs))

    @staticmethod
    def backward(ctx: Any, *weights: torch.Tensor) -> tuple[None, torch.Tensor, None]:
        found = ctx.module.network.compute_gradients(ctx.inputs, weights[0].numpy())
        ctx.module.recorded = found
        return None, torch.zeros(()), None


class _KerasRecorder:
    """Replaces grad-cam's `ActivationsAndGradients` and has the same interface."""

    def __init__(self, module: _KerasModule, layer: str) -> None:
        self._module, self._layer = module, layer
        self._images: torch.Tensor | None = None

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        self._images = images
        self._module.channels = 0
        return self._module(images)

    @property
    def activations(self) -> list[torch.Tensor]:
        if not self._module.recorded:  # methods without gradients make no backward pass
            images = _to_channels_last(self._images)
            zeros = np.zeros((len(images), 7), np.float32)
            self._module.recorded = self._module.network.compute_gradients(images, zeros)
        values = self._module.recorded[self._layer][0]
        self._module.channels = len(values) * values.shape[-1]
        return [_to_channels_first(values)]

    @property
    def gradients(self) -> list[torch.Tensor]:
        return [_to_channels_first(self._module.recorded[self._layer][1])]

    def release(self) -> None:
        self._images = None
        self._module.recorded = {}


def _to_channels_last(images: Any) -> np.ndarray:
    return images.detach().numpy().transpose(0, 2, 3, 1)


def _to_channels_first(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values.transpose(0, 3, 1, 2)))
