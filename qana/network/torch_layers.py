"""Converts each kind of Keras layer to a torch module, and its weights back to Keras."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tf_keras as keras
import torch
from torch import nn
from torch.nn import functional


def build_module(layer: keras.layers.Layer) -> nn.Module:
    """Builds a torch module that computes the same as a Keras layer.

    Args:
        layer: Keras layer with its weights.

    Returns:
        Module with a copy of the weights, for (N, C, H, W) or (N, C) float32 tensors.

    Raises:
        ValueError: torch has no module for this kind of layer.
    """
    kind = type(layer).__name__
    if kind not in _MODULES:
        raise ValueError(
            f"Layer {layer.name} is a {kind}, which has no torch module: add one to _MODULES."
        )
    return _MODULES[kind](layer)


def read_weights(module: nn.Module) -> list[np.ndarray]:
    """Reads the weights of a module for the Keras layer that it was built from.

    Args:
        module: result of `build_module`.

    Returns:
        Arrays for `set_weights` of the Keras layer. Without training in between, they are equal to
        its weights bit for bit.
    """
    if isinstance(module, nn.Sequential):  # a separable convolution
        return [array for part in module for array in read_weights(part)]
    if isinstance(module, _PaddedConvolution | _CroppedTransposed):
        module = module.convolution
    if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
        values = (module.weight, module.bias, module.running_mean, module.running_var)
        return [_to_array(value) for value in values]
    weight = getattr(module, "weight", None)
    if weight is None:
        return []
    bias = [] if module.bias is None else [_to_array(module.bias)]
    return [np.ascontiguousarray(_to_array(weight).transpose(_order_axes(module))), *bias]


def _order_axes(module: nn.Module) -> tuple[int, ...]:
    """Returns the axes of a torch kernel in the order of Keras."""
    if isinstance(module, nn.Linear):
        return (1, 0)
    depthwise = isinstance(module, nn.Conv2d | nn.ConvTranspose2d) and module.groups > 1
    return (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)


def _to_array(tensor: Any) -> np.ndarray:
    return tensor.detach().cpu().numpy().copy()


class _Apply(nn.Module):
    """A layer without weights, computed by a function."""

    def __init__(self, function: Callable[..., torch.Tensor]) -> None:
        super().__init__()
        self._function = function

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        return self._function(*inputs)


class _PaddedConvolution(nn.Module):
    """A convolution with Keras's padding: an odd zero goes to the bottom and the right."""

    def __init__(self, layer: keras.layers.Layer, convolution: nn.Module) -> None:
        super().__init__()
        self._padded = layer.padding == "same"
        self._kernel, self._stride = layer.kernel_size, layer.strides
        self.convolution = convolution

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self._padded:
            height, width = (
                max((-(-side // stride) - 1) * stride + kernel - side, 0)
                for side, kernel, stride in zip(
                    x.shape[2:], self._kernel, self._stride, strict=True
                )
            )
            x = functional.pad(x, (width // 2, -(-width // 2), height // 2, -(-height // 2)))
        return self.convolution(x)


class _CroppedTransposed(nn.Module):
    """A transposed convolution with Keras's padding "same", stride 2 and a 3x3 kernel."""

    def __init__(self, convolution: nn.ConvTranspose2d) -> None:
        super().__init__()
        self.convolution = convolution

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = (2 * side for side in x.shape[2:])
        return self.convolution(x)[..., :height, :width]


def _build_convolution(layer: Any) -> nn.Module:
    kernel = layer.kernel.numpy()  # (k, k, in, out)
    made = nn.Conv2d(
        kernel.shape[2], kernel.shape[3], layer.kernel_size, layer.strides, bias=layer.use_bias
    )
    return _PaddedConvolution(layer, _set_weights(made, kernel.transpose(3, 2, 0, 1), layer))


def _build_depthwise(layer: Any) -> nn.Module:
    kernel = layer.depthwise_kernel.numpy()  # (k, k, C, 1)
    channels = kernel.shape[2]
    made = nn.Conv2d(
        channels,
        channels,
        layer.kernel_size,
        layer.strides,
        groups=channels,
        bias=layer.use_bias,
    )
    return _PaddedConvolution(layer, _set_weights(made, kernel.transpose(2, 3, 0, 1), layer))


def _build_separable(layer: Any) -> nn.Module:
    pointwise = layer.pointwise_kernel.numpy()  # (1, 1, in, out)
    made = nn.Conv2d(pointwise.shape[2], pointwise.shape[3], 1, bias=layer.use_bias)
    depthwise = layer.depthwise_kernel.numpy()  # (k, k, C, 1)
    channels = depthwise.shape[2]
    first = nn.Conv2d(
        channels, channels, layer.kernel_size, layer.strides, groups=channels, bias=False
    )
    with torch.no_grad():
        first.weight.copy_(torch.from_numpy(np.ascontiguousarray(depthwise.transpose(2, 3, 0, 1))))
    second = _set_weights(made, pointwise.transpose(3, 2, 0, 1), layer)
    return nn.Sequential(_PaddedConvolution(layer, first), second)


def _build_transposed(layer: Any) -> nn.Module:
    if (*layer.kernel_size, *layer.strides, layer.padding) != (3, 3, 2, 2, "same"):
        raise ValueError(
            f"Layer {layer.name} cannot be built in torch: its transposed convolution needs a 3x3 "
            'kernel, stride 2 and padding "same".'
        )
    kernel = layer.depthwise_kernel.numpy()  # (3, 3, C, 1)
    channels = kernel.shape[2]
    made = nn.ConvTranspose2d(channels, channels, 3, 2, groups=channels, bias=layer.use_bias)
    return _CroppedTransposed(_set_weights(made, kernel.transpose(2, 3, 0, 1), layer))


def _build_dense(layer: Any) -> nn.Module:
    made = nn.Linear(int(layer.kernel.shape[0]), int(layer.units), bias=layer.use_bias)
    return _set_weights(made, layer.kernel.numpy().T, layer)


def _set_weights(made: Any, weight: np.ndarray, layer: Any) -> Any:
    with torch.no_grad():
        made.weight.copy_(torch.from_numpy(np.ascontiguousarray(weight)))
        if layer.use_bias:
            made.bias.copy_(torch.from_numpy(layer.bias.numpy()))
    return made


def _build_normalization(layer: Any) -> nn.Module:
    kind = nn.BatchNorm2d if len(layer.input_shape) == 4 else nn.BatchNorm1d
    made: Any = kind(layer.moving_mean.shape[0], eps=layer.epsilon, momentum=1 - layer.momentum)
    values = (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
    into = (made.weight, made.bias, made.running_mean, made.running_var)
    with torch.no_grad():
        for target, value in zip(into, values, strict=True):
            target.copy_(torch.from_numpy(value.numpy()))
    return made


def _build_rescaling(layer: Any) -> nn.Module:
    return _Apply(lambda x: x * layer.scale + layer.offset)


def _build_relu(layer: Any) -> nn.Module:
    top = None if layer.max_value is None else float(layer.max_value)
    return _Apply(lambda x: x.clamp(0, top))


_MODULES: dict[str, Callable[[Any], nn.Module]] = {
    "Rescaling": _build_rescaling,
    "Conv2D": _build_convolution,
    "DepthwiseConv2D": _build_depthwise,
    "SeparableConv2D": _build_separable,
    "DepthwiseConv2DTranspose": _build_transposed,
    "BatchNormalization": _build_normalization,
    "ReLU": _build_relu,
    "Add": lambda layer: _Apply(lambda *inputs: sum(inputs[1:], inputs[0])),
    "Concatenate": lambda layer: _Apply(lambda *inputs: torch.cat(inputs, dim=1)),
    "Dropout": lambda layer: nn.Dropout(layer.rate),
    "GlobalAveragePooling2D": lambda layer: _Apply(lambda x: x.mean(dim=(2, 3))),
    "Dense": _build_dense,
}
