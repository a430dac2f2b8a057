"""Each kind of Keras layer as a torch module, and what that module learned back in Keras's form."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tf_keras as keras
import torch
from torch import nn
from torch.nn import functional


def to_module(layer: keras.layers.Layer) -> nn.Module:
    """A module that computes what `layer` does, on channels first, with a copy of its weights.

    Raises:
        ValueError: the layer is of a kind that has no counterpart here.
    """
    kind = type(layer).__name__
    if kind not in _MODULES:
        raise ValueError(f"Layer {layer.name} is a {kind}, which has no counterpart in torch here.")
    return _MODULES[kind](layer)


def to_weights(module: nn.Module) -> list[np.ndarray]:
    """The weights of a module of `to_module`, as its Keras layer's `set_weights` takes them.

    Bit for bit what went in, if nothing was learned since.
    """
    if isinstance(module, nn.Sequential):  # a separable convolution: one bias, the second part's
        return [array for part in module for array in to_weights(part)]
    if isinstance(module, _Same | _Transposed):
        module = module.convolution
    if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
        values = (module.weight, module.bias, module.running_mean, module.running_var)
        return [_array(value) for value in values]
    weight = getattr(module, "weight", None)
    if weight is None:
        return []
    bias = [] if module.bias is None else [_array(module.bias)]
    return [np.ascontiguousarray(_array(weight).transpose(_order(module))), *bias]


def _order(module: nn.Module) -> tuple[int, ...]:
    """Axes of a torch kernel in the order in which Keras has them."""
    if isinstance(module, nn.Linear):
        return (1, 0)
    each_alone = isinstance(module, nn.Conv2d | nn.ConvTranspose2d) and module.groups > 1
    return (2, 3, 0, 1) if each_alone else (2, 3, 1, 0)


def _array(tensor: Any) -> np.ndarray:
    return tensor.detach().cpu().numpy().copy()


class _Apply(nn.Module):
    """A layer without weights."""

    def __init__(self, function: Callable[..., torch.Tensor]) -> None:
        super().__init__()
        self._function = function

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        return self._function(*inputs)


class _Same(nn.Module):
    """Keras's padding "same" before a convolution: an odd zero goes below and to the right."""

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


class _Transposed(nn.Module):
    """Keras's transposed depthwise convolution with padding "same", stride 2 and kernel 3."""

    def __init__(self, convolution: nn.ConvTranspose2d) -> None:
        super().__init__()
        self.convolution = convolution

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = (2 * side for side in x.shape[2:])
        return self.convolution(x)[..., :height, :width]


def _convolution(layer: Any) -> nn.Module:
    kernel = layer.kernel.numpy()  # (k, k, in, out)
    made = nn.Conv2d(
        kernel.shape[2], kernel.shape[3], layer.kernel_size, layer.strides, bias=layer.use_bias
    )
    return _Same(layer, _filled(made, kernel.transpose(3, 2, 0, 1), layer))


def _depthwise(layer: Any) -> nn.Module:
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
    return _Same(layer, _filled(made, kernel.transpose(2, 3, 0, 1), layer))


def _separable(layer: Any) -> nn.Module:
    pointwise = layer.pointwise_kernel.numpy()  # (1, 1, in, out)
    made = nn.Conv2d(pointwise.shape[2], pointwise.shape[3], 1, bias=layer.use_bias)
    depthwise = layer.depthwise_kernel.numpy()  # (k, k, C, 1)
    channels = depthwise.shape[2]
    first = nn.Conv2d(
        channels, channels, layer.kernel_size, layer.strides, groups=channels, bias=False
    )
    with torch.no_grad():
        first.weight.copy_(torch.from_numpy(np.ascontiguousarray(depthwise.transpose(2, 3, 0, 1))))
    second = _filled(made, pointwise.transpose(3, 2, 0, 1), layer)
    return nn.Sequential(_Same(layer, first), second)


def _transposed(layer: Any) -> nn.Module:
    if (*layer.kernel_size, *layer.strides, layer.padding) != (3, 3, 2, 2, "same"):
        raise ValueError(f"Layer {layer.name} is transposed in another way than 3x3, stride 2.")
    kernel = layer.depthwise_kernel.numpy()  # (3, 3, C, 1)
    channels = kernel.shape[2]
    made = nn.ConvTranspose2d(channels, channels, 3, 2, groups=channels, bias=layer.use_bias)
    return _Transposed(_filled(made, kernel.transpose(2, 3, 0, 1), layer))


def _dense(layer: Any) -> nn.Module:
    made = nn.Linear(int(layer.kernel.shape[0]), int(layer.units), bias=layer.use_bias)
    return _filled(made, layer.kernel.numpy().T, layer)


def _filled(made: Any, weight: np.ndarray, layer: Any) -> Any:
    with torch.no_grad():
        made.weight.copy_(torch.from_numpy(np.ascontiguousarray(weight)))
        if layer.use_bias:
            made.bias.copy_(torch.from_numpy(layer.bias.numpy()))
    return made


def _normalization(layer: Any) -> nn.Module:
    kind = nn.BatchNorm2d if len(layer.input_shape) == 4 else nn.BatchNorm1d
    made: Any = kind(layer.moving_mean.shape[0], eps=layer.epsilon, momentum=1 - layer.momentum)
    values = (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)
    into = (made.weight, made.bias, made.running_mean, made.running_var)
    with torch.no_grad():
        for target, value in zip(into, values, strict=True):
            target.copy_(torch.from_numpy(value.numpy()))
    return made


def _rescaling(layer: Any) -> nn.Module:
    return _Apply(lambda x: x * layer.scale + layer.offset)


def _rectified(layer: Any) -> nn.Module:
    top = None if layer.max_value is None else float(layer.max_value)
    return _Apply(lambda x: x.clamp(0, top))


_MODULES: dict[str, Callable[[Any], nn.Module]] = {
    "Rescaling": _rescaling,
    "Conv2D": _convolution,
    "DepthwiseConv2D": _depthwise,
    "SeparableConv2D": _separable,
    "DepthwiseConv2DTranspose": _transposed,
    "BatchNormalization": _normalization,
    "ReLU": _rectified,
    "Add": lambda layer: _Apply(lambda *inputs: sum(inputs[1:], inputs[0])),
    "Concatenate": lambda layer: _Apply(lambda *inputs: torch.cat(inputs, dim=1)),
    "Dropout": lambda layer: nn.Dropout(layer.rate),
    "GlobalAveragePooling2D": lambda layer: _Apply(lambda x: x.mean(dim=(2, 3))),
    "Dense": _dense,
}
