"""Rebuilds a Keras form of a deployed model in torch, for gradients without TensorFlow.

TensorFlow and quantizeml take most of a minute to load and to trace the network. Torch needs a few
seconds, and the grad-cam package needs it anyway.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from qana.errors import ExplanationError
from qana.explanation.fixed_point import FixedPoint, pass_through, spread_channels
from qana.explanation.quantized_layers import compute_quantized_layer, quantize_input
from qana.explanation.torch_convolutions import convolve, convolve_depthwise, spread_depthwise
from qana.export.keras_file import KerasLayer, read_keras_layers
from qana.inference.manifest import ModelEntry
from qana.inference.model_store import read_verified_bytes
from qana.network.keras_forms import locate_keras_form

INPUT, INPUT_QUANTIZER, DEQUANTIZER = "InputLayer", "InputQuantizer", "Dequantizer"


class ExplainedNetwork(nn.Module):
    """A Keras network, float or quantized, as a torch module in 64-bit floats.

    Attributes:
        points: name of each layer with a map to a module that returns its input. The output of the
            layer passes through it as (N, C, H, W) numbers, so hooks can be registered there.
        anchor: parameter that grad-cam reads the device from.
    """

    def __init__(self, layers: Sequence[KerasLayer], names: Sequence[str]) -> None:
        """Takes the layers of a network.

        Args:
            layers: from `qana.export.keras_file.read_keras_layers`.
            names: names of the layers that may get a map.

        Raises:
            ExplanationError: a layer does not exist, or a kind of layer is unknown.
        """
        super().__init__()
        known = {layer.name for layer in layers}
        for name in names:
            if name not in known:
                raise ExplanationError(
                    f"The network has no layer '{name}' that gives a map: choose another layer."
                )
        self.points = nn.ModuleDict({name: nn.Identity() for name in names})
        self.anchor = nn.Parameter(torch.zeros((), dtype=torch.float64))
        self._layers = layers
        self._quantized = any(layer.kind == INPUT_QUANTIZER for layer in layers)
        self.eval()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Computes the logits.

        Args:
            images: (N, 3, S, S), 0 to 255.

        Returns:
            (N, 7) float64 logits.
        """
        # Grad-cam hooks tensors with a gradient alone.
        images = images.double() + 0 * self.anchor
        return self._run_quantized(images) if self._quantized else self._run_float(images)

    def list_dense_inputs(self) -> list[str]:
        """Lists the layers that a dense layer reads, in their order."""
        dense = [layer for layer in self._layers if layer.kind in ("Dense", "QuantizedDense")]
        return [source for layer in dense for source in layer.sources]

    def _run_float(self, images: torch.Tensor) -> torch.Tensor:
        outputs: dict[str, torch.Tensor] = {}
        for layer in self._layers:
            if layer.kind == INPUT:
                outputs[layer.name] = images
                continue
            found = _compute_float_layer(layer, [outputs[source] for source in layer.sources])
            if layer.name in self.points:
                found = self.points[layer.name](found)
            outputs[layer.name] = found
        return outputs[layer.name]

    def _run_quantized(self, images: torch.Tensor) -> torch.Tensor:
        outputs: dict[str, FixedPoint] = {}
        for layer in self._layers:
            if layer.kind == INPUT:
                continue
            if layer.kind == INPUT_QUANTIZER:
                outputs[layer.name] = quantize_input(layer, images)
                continue
            inputs = [outputs[source] for source in layer.sources]
            if layer.kind == DEQUANTIZER:
                return inputs[0].to_float()
            found = compute_quantized_layer(layer, inputs)
            if layer.name in self.points:
                found = _pass_point(found, self.points[layer.name])
            outputs[layer.name] = found
        raise ExplanationError("The quantized network has no output: choose the Akida map.")


@contextmanager
def use_one_thread() -> Iterator[None]:
    """Lets torch use one thread.

    The layers are so small that several threads mostly wait for each other: on a busy machine, a
    map took a hundred times as long with two threads.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def load_explained_network(entry: ModelEntry, form: str, names: Sequence[str]) -> ExplainedNetwork:
    """Loads a Keras form of a deployed model.

    Args:
        entry: the model.
        form: "float" or "quantized".
        names: names of the layers that may get a map.

    Raises:
        ExplanationError: the model has no such form, or no such layer.
        ModelError: the file is missing or changed, or its record is damaged.
    """
    data = read_verified_bytes(*locate_keras_form(entry, form))
    return ExplainedNetwork(read_keras_layers(data), names)


def _pass_point(output: FixedPoint, point: nn.Module) -> FixedPoint:
    """Passes the numbers of a layer through a module, and returns to exactly the same integers."""
    one = replace(output, values=torch.ones_like(output.values[:1])).to_float()
    values = point(output.to_float()) / one
    return replace(output, values=pass_through(values, values.round()))


def _compute_float_layer(layer: KerasLayer, inputs: list[torch.Tensor]) -> torch.Tensor:
    function = _FLOAT_LAYERS.get(layer.kind)
    if function is None:
        raise ExplanationError(
            f"Layer {layer.name} is a {layer.kind}, which has no gradient here: choose the Akida "
            "map."
        )
    return function(layer, *inputs)


def _convolve_separable(layer: KerasLayer, x: torch.Tensor) -> torch.Tensor:
    weights, config = layer.weights, layer.config
    first = convolve_depthwise(
        x, weights["depthwise_kernel"], config["strides"][0], config["padding"]
    )
    return _add_bias(layer, convolve(first, weights["pointwise_kernel"], 1, "valid"))


def _normalize(layer: KerasLayer, x: torch.Tensor) -> torch.Tensor:
    weights = {name: array.astype(np.float64) for name, array in layer.weights.items()}
    factor = weights["gamma"] / np.sqrt(weights["moving_variance"] + layer.config["epsilon"])
    offset = weights["beta"] - weights["moving_mean"] * factor
    return x * spread_channels(factor, x) + spread_channels(offset, x)


def _rescale(layer: KerasLayer, x: torch.Tensor) -> torch.Tensor:
    scale, offset = (np.asarray(layer.config[name], np.float64) for name in ("scale", "offset"))
    return x * spread_channels(scale, x) + spread_channels(offset, x)


def _add_bias(layer: KerasLayer, x: torch.Tensor) -> torch.Tensor:
    return x + spread_channels(layer.weights["bias"], x) if "bias" in layer.weights else x


_FLOAT_LAYERS: dict[str, Callable[..., torch.Tensor]] = {
    "Rescaling": _rescale,
    "Conv2D": lambda layer, x: _add_bias(
        layer,
        convolve(x, layer.weights["kernel"], layer.config["strides"][0], layer.config["padding"]),
    ),
    "DepthwiseConv2D": lambda layer, x: _add_bias(
        layer,
        convolve_depthwise(
            x,
            layer.weights["depthwise_kernel"],
            layer.config["strides"][0],
            layer.config["padding"],
        ),
    ),
    "SeparableConv2D": _convolve_separable,
    "DepthwiseConv2DTranspose": lambda layer, x: _add_bias(
        layer, spread_depthwise(x, layer.weights["depthwise_kernel"])
    ),
    "BatchNormalization": _normalize,
    "ReLU": lambda layer, x: x.clamp(0, layer.config["max_value"]),
    "Add": lambda layer, *inputs: sum(inputs[1:], inputs[0]),
    "Concatenate": lambda layer, *inputs: torch.cat(inputs, dim=1),
    "Dropout": lambda layer, x: x,
    "GlobalAveragePooling2D": lambda layer, x: x.mean(dim=(2, 3)),
    "Dense": lambda layer, x: _add_bias(
        layer, x @ torch.from_numpy(layer.weights["kernel"].astype(np.float64))
    ),
}
