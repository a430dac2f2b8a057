"""Computes the layers of a quantized Keras network in torch, with the same integers."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch.nn import functional

from qana.errors import ExplanationError
from qana.explanation.fixed_point import (
    FixedPoint,
    count_fraction_bits,
    limit,
    pass_through,
    quantize_kernel,
    quantize_like,
    quantize_output,
)
from qana.explanation.torch_convolutions import (
    convolve,
    convolve_depthwise,
    count_padding,
    spread_depthwise,
)
from qana.export.keras_file import KerasLayer

WEIGHT_BITS = 8
"""Bits of the quantizers of biases and bounds, which have no settings in the file."""

ONE = np.array(1, np.float32)


def compute_quantized_layer(layer: KerasLayer, inputs: list[FixedPoint]) -> FixedPoint:
    """Computes the output of a layer.

    Args:
        layer: a layer after the quantization of the input.
        inputs: outputs of its sources.

    Raises:
        ExplanationError: there is no function for this kind of layer.
    """
    function = _LAYERS.get(layer.kind)
    if function is None:
        raise ExplanationError(
            f"Layer {layer.name} is a {layer.kind}, which has no gradient here: choose the Akida "
            "map."
        )
    settings = layer.config.get("quant_config", {}).get("output_quantizer")
    return quantize_output(function(layer, *inputs), settings, layer.weights)


def quantize_input(layer: KerasLayer, images: torch.Tensor) -> FixedPoint:
    """Quantizes the input as `InputQuantizer` does.

    Args:
        layer: the quantizer.
        images: (N, 3, S, S) float64, 0 to 255.
    """
    low, high = layer.weights["range_min"], layer.weights["range_max"]
    if layer.config["signed"] or np.any(low):
        raise ExplanationError("The input of this network is signed: choose the Akida map.")
    bits = int(layer.config["bitwidth"])
    found = FixedPoint(images, count_fraction_bits(bits, high - low), ONE)
    scaled = images * found.spread(np.exp2(found.fraction))
    return replace(found, values=limit(pass_through(scaled, scaled.round()), bits))


def _rescale(layer: KerasLayer, x: FixedPoint) -> FixedPoint:
    scale = ONE if x.scale is None else x.scale
    return replace(x, scale=scale * np.float32(layer.config["scale"]))


def _convolve(layer: KerasLayer, x: FixedPoint) -> FixedPoint:
    x = x.align()
    kernel, scale = quantize_kernel(layer.weights["kernel"], _get_settings(layer, "weight"))
    stride, values, padding = layer.config["strides"][0], x.values, layer.config["padding"]
    border = layer.config.get("padding_value")
    if border is not None:
        ends = [count_padding(side, len(kernel), stride) for side in values.shape[:1:-1]]
        number = quantize_like(np.asarray(np.squeeze(border), np.float32), x, WEIGHT_BITS - 1)
        values = functional.pad(values, (*ends[0], *ends[1]), value=float(number))
        padding = "valid"
    made = FixedPoint(convolve(values, kernel, stride, padding), x.fraction, _join(x, scale))
    return _add_bias(layer, made)


def _convolve_depthwise(layer: KerasLayer, x: FixedPoint) -> FixedPoint:
    kernel, scale = quantize_kernel(
        layer.weights["depthwise_kernel"], _get_settings(layer, "weight")
    )
    values = convolve_depthwise(
        x.values, kernel, layer.config["strides"][0], layer.config["padding"]
    )
    return _add_bias(layer, FixedPoint(values, x.fraction, _join(x, scale)))


def _convolve_separable(layer: KerasLayer, x: FixedPoint) -> FixedPoint:
    first, depthwise_scale = quantize_kernel(
        layer.weights["depthwise_kernel"], _get_settings(layer, "dw_weight")
    )
    second, scale = quantize_kernel(
        layer.weights["pointwise_kernel"], _get_settings(layer, "pw_weight")
    )
    values = convolve_depthwise(
        x.values, first, layer.config["strides"][0], layer.config["padding"]
    )
    made = convolve(values, second, 1, "valid")
    return _add_bias(layer, FixedPoint(made, x.fraction, depthwise_scale * scale))


def _spread(layer: KerasLayer, x: FixedPoint) -> FixedPoint:
    config = layer.config
    if (config["kernel_size"], config["strides"], config["padding"]) != ([3, 3], [2, 2], "same"):
        raise ExplanationError(
            f"Layer {layer.name} needs a 3x3 kernel, stride 2 and same padding: choose the Akida "
            "map."
        )
    x = x.align()
    kernel, scale = quantize_kernel(
        layer.weights["depthwise_kernel"], _get_settings(layer, "weight"), None
    )
    values = spread_depthwise(x.values, kernel)
    return _add_bias(layer, FixedPoint(values, x.fraction, _join(x, scale)))


def _multiply(layer: KerasLayer, x: FixedPoint) -> FixedPoint:
    x = x.align()
    kernel, scale = quantize_kernel(layer.weights["kernel"], _get_settings(layer, "weight"))
    return _add_bias(
        layer, FixedPoint(x.values @ torch.from_numpy(kernel), x.fraction, _join(x, scale))
    )


def _apply_relu(layer: KerasLayer, x: FixedPoint) -> FixedPoint:
    x = x if x.scale is not None else replace(x, scale=ONE)
    bound = layer.config["max_value"]
    if bound is None:
        return replace(x, values=x.values.clamp(min=0))
    top = x.spread(quantize_like(np.array(bound, np.float32), x, WEIGHT_BITS))
    # Torch and TensorFlow both let the gradient pass at the bounds.
    return replace(x, values=x.values.clamp(torch.zeros(()).double(), top))


def _add(layer: KerasLayer, a: FixedPoint, b: FixedPoint) -> FixedPoint:
    fraction = np.maximum(a.fraction, b.fraction)
    return FixedPoint(a.align(fraction).values + b.align(fraction).values, fraction)


def _concatenate(layer: KerasLayer, a: FixedPoint, b: FixedPoint) -> FixedPoint:
    fractions = [np.broadcast_to(one.fraction, one.values.shape[1:2]) for one in (a, b)]
    return FixedPoint(torch.cat([a.values, b.values], dim=1), np.concatenate(fractions))


def _average(layer: KerasLayer, x: FixedPoint) -> FixedPoint:
    x = x.align()
    size = x.values.shape[2] * x.values.shape[3]
    scale = np.array(1 / size, np.float32) if x.scale is None else x.scale / np.float32(size)
    return FixedPoint(x.values.sum(dim=(2, 3)), x.fraction, scale)


def _add_bias(layer: KerasLayer, x: FixedPoint) -> FixedPoint:
    if "bias" not in layer.weights:
        return x
    bias = quantize_like(layer.weights["bias"], x, WEIGHT_BITS - 1)
    return replace(x, values=x.values + x.spread(bias))


def _join(x: FixedPoint, scale: np.ndarray) -> np.ndarray:
    return scale if x.scale is None else x.scale * scale


def _get_settings(layer: KerasLayer, name: str) -> dict[str, object]:
    settings: dict[str, object] = layer.config["quant_config"][f"{name}_quantizer"]
    return settings


_LAYERS: dict[str, Callable[..., FixedPoint]] = {
    "QuantizedRescaling": _rescale,
    "QuantizedConv2D": _convolve,
    "QuantizedDepthwiseConv2D": _convolve_depthwise,
    "QuantizedSeparableConv2D": _convolve_separable,
    "QuantizedDepthwiseConv2DTranspose": _spread,
    "QuantizedReLU": _apply_relu,
    "QuantizedAdd": _add,
    "QuantizedConcatenate": _concatenate,
    "QuantizedGlobalAveragePooling2D": _average,
    "QuantizedDense": _multiply,
}
