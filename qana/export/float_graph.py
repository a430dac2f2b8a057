"""Turns a float Keras network into a short list of steps that another program computes.

Normalizations and ReLUs are folded into the convolution before them, as every deployment does. The
steps are few and simple, so a page can compute them with the operators of TensorFlow.js.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qana.export.keras_file import KerasFileError, KerasLayer, read_keras_layers

BOUNDS = {None: "relu", 6.0: "relu6"}
"""Upper bound of a ReLU to the name of its activation."""
LINEAR = "linear"
NORMALIZATION, RELU = "BatchNormalization", "ReLU"


@dataclass(frozen=True)
class Step:
    """One step of the network. Its output has the step's name.

    Attributes:
        name: of the step.
        kind: "convolution", "depthwise", "spread" (a transposed depthwise convolution with stride
            2), "dense", "scale", "add", "concatenate", "average" (over the map) or "activation".
        sources: names of the steps that it reads; the input of the network is "image".
        stride: step of a convolution, pixels.
        padding: of a convolution, "same" or "valid".
        activation: "linear", "relu" or "relu6", applied last.
        weight: (k, k, I, O) of a convolution, (k, k, C, 1) of a depthwise one, (I, O) of a dense
            step, and (C,) or (1,) factors of a scale, float32; None for the other kinds.
        bias: float32, one number a channel; None for the other kinds.
    """

    name: str
    kind: str
    sources: tuple[str, ...]
    stride: int = 1
    padding: str = "same"
    activation: str = LINEAR
    weight: np.ndarray | None = None
    bias: np.ndarray | None = None


@dataclass(frozen=True)
class FloatGraph:
    """A float network.

    Attributes:
        side: side of the square input, pixels.
        steps: in the order in which they run. The last one gives the logits.
    """

    side: int
    steps: tuple[Step, ...]


def build_float_graph(content: bytes) -> FloatGraph:
    """Builds the steps of a network from its Keras file.

    Args:
        content: of the .h5 file.

    Raises:
        KerasFileError: a layer has no step.

    Example:
        >>> graph = build_float_graph(Path("models/akida2.float.h5").read_bytes())
        >>> graph.steps[-1].kind
        'dense'
    """
    first, *layers = read_keras_layers(content)
    try:
        _, height, width, _ = first.config["batch_input_shape"]
    except (KeyError, TypeError, ValueError):
        height = width = None
    if first.kind != "InputLayer" or height is None or height != width:
        raise KerasFileError("The network does not begin with a square image.")
    steps: list[Step] = []
    names = {first.name: "image"}
    for layer in layers:
        if layer.kind not in _STEPS:
            raise KerasFileError(f"Layer {layer.name} ({layer.kind}) has no step in a page.")
        _check_settings(layer)
        sources = tuple(names[source] for source in layer.sources)
        made = _STEPS[layer.kind](layer, sources)
        steps += made
        names[layer.name] = made[-1].name if made else sources[0]
    return FloatGraph(int(height), tuple(_fold(steps)))


def _check_settings(layer: KerasLayer) -> None:
    config = layer.config
    plain = config.get("activation", LINEAR) == LINEAR and config.get("groups", 1) == 1
    square = len(set(config.get("strides", (1,)))) == 1
    if not plain or not square or max(config.get("dilation_rate", (1,))) > 1:
        raise KerasFileError(f"Layer {layer.name} is grouped, dilated or has an own activation.")


def _build_convolution(kind: str, kernel: str) -> Callable[[KerasLayer, Any], list[Step]]:
    def build(layer: KerasLayer, sources: tuple[str, ...]) -> list[Step]:
        weight = layer.weights[kernel]
        channels = weight.shape[2] if kind == "depthwise" else weight.shape[-1]
        return [_make_step(layer, kind, sources, weight, channels)]

    return build


def _build_separable(layer: KerasLayer, sources: tuple[str, ...]) -> list[Step]:
    depthwise, pointwise = layer.weights["depthwise_kernel"], layer.weights["pointwise_kernel"]
    zeros = np.zeros(depthwise.shape[2], np.float32)
    name = f"{layer.name}_depthwise"
    stride, padding = layer.config["strides"][0], layer.config["padding"]
    first = Step(name, "depthwise", sources, stride, padding, LINEAR, depthwise, zeros)
    second = _make_step(layer, "convolution", (name,), pointwise, pointwise.shape[-1])
    return [first, replace(second, stride=1)]


def _build_spread(layer: KerasLayer, sources: tuple[str, ...]) -> list[Step]:
    weight, config = layer.weights["depthwise_kernel"], layer.config
    if (*weight.shape[:2], config["strides"][0], config["padding"]) != (3, 3, 2, "same"):
        raise KerasFileError(f"Layer {layer.name} needs a 3x3 kernel, stride 2 and same padding.")
    return [_make_step(layer, "spread", sources, weight, weight.shape[2])]


def _build_dense(layer: KerasLayer, sources: tuple[str, ...]) -> list[Step]:
    weight = layer.weights["kernel"]
    return [_make_step(layer, "dense", sources, weight, weight.shape[-1])]


def _make_step(
    layer: KerasLayer, kind: str, sources: tuple[str, ...], weight: np.ndarray, channels: int
) -> Step:
    bias = layer.weights.get("bias", np.zeros(channels, np.float32))
    stride = layer.config.get("strides", (1,))[0]
    padding = layer.config.get("padding", "same")
    return Step(layer.name, kind, sources, stride, padding, LINEAR, weight, bias)


def _build_rescaling(layer: KerasLayer, sources: tuple[str, ...]) -> list[Step]:
    scale, offset = (
        np.asarray(layer.config[key], np.float32).reshape(-1) for key in ("scale", "offset")
    )
    return [Step(layer.name, "scale", sources, weight=scale, bias=offset)]


def _build_normalization(layer: KerasLayer, sources: tuple[str, ...]) -> list[Step]:
    mean, variance = (
        layer.weights[key].astype(np.float64) for key in ("moving_mean", "moving_variance")
    )
    factor = layer.weights.get("gamma", 1.0) / np.sqrt(variance + layer.config["epsilon"])
    offset = layer.weights.get("beta", 0.0) - mean * factor
    return [Step(layer.name, "scale", sources, weight=factor, bias=offset)]


def _build_relu(layer: KerasLayer, sources: tuple[str, ...]) -> list[Step]:
    config = layer.config
    bound, slope = config.get("max_value"), config.get("negative_slope") or 0.0
    if bound not in BOUNDS or slope or config.get("threshold"):
        raise KerasFileError(f"Layer {layer.name} must be a ReLU without a bound or with 6.")
    return [Step(layer.name, "activation", sources, activation=BOUNDS[bound])]


def _build_plain(kind: str) -> Callable[[KerasLayer, Any], list[Step]]:
    return lambda layer, sources: [Step(layer.name, kind, sources)]


def _fold(steps: Sequence[Step]) -> list[Step]:
    """Folds each scale and activation into the step before, if nothing else reads that step."""
    readers = Counter(source for step in steps for source in step.sources)
    names: dict[str, str] = {}
    folded: dict[str, Step] = {}
    for step in steps:
        sources = tuple(names.get(source, source) for source in step.sources)
        before = folded.get(sources[0])
        alone = readers[step.sources[0]] == 1 and before is not None
        merged = _merge(before, step) if before is not None and alone else None
        if merged is None:
            folded[step.name] = replace(step, sources=sources)
            names[step.name] = step.name
        else:
            folded[sources[0]] = merged
            names[step.name] = sources[0]
    return [_round(step) for step in folded.values()]


def _merge(before: Step, step: Step) -> Step | None:
    """Merges a step into the one before it; None where that is impossible."""
    if before.activation != LINEAR:
        return None
    if step.kind == "activation":
        return replace(before, activation=step.activation)
    weighted = before.kind in ("convolution", "depthwise", "spread", "dense")
    if step.kind != "scale" or not weighted or before.weight is None or before.bias is None:
        return None
    assert step.weight is not None and step.bias is not None
    per_channel = step.weight[:, None] if before.kind in ("depthwise", "spread") else step.weight
    return replace(
        before,
        weight=before.weight.astype(np.float64) * per_channel,
        bias=before.bias * step.weight + step.bias,
    )


def _round(step: Step) -> Step:
    if step.weight is None or step.bias is None:
        return step
    return replace(step, weight=step.weight.astype(np.float32), bias=step.bias.astype(np.float32))


_STEPS: dict[str, Callable[[KerasLayer, Any], list[Step]]] = {
    "Rescaling": _build_rescaling,
    "Conv2D": _build_convolution("convolution", "kernel"),
    "DepthwiseConv2D": _build_convolution("depthwise", "depthwise_kernel"),
    "SeparableConv2D": _build_separable,
    "DepthwiseConv2DTranspose": _build_spread,
    NORMALIZATION: _build_normalization,
    RELU: _build_relu,
    "Add": _build_plain("add"),
    "Concatenate": _build_plain("concatenate"),
    "GlobalAveragePooling2D": _build_plain("average"),
    "Dropout": lambda layer, sources: [],
    "Dense": _build_dense,
}
