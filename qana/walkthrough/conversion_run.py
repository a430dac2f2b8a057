"""Runs the vendor's quantizer and converter on a network, then QANA's own check."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import akida
import numpy as np
import tf_keras as keras
from tf_keras import layers

from qana.conversion.convert import convert
from qana.conversion.vendor_converter import run_converter
from qana.errors import ConversionError
from qana.training.quantization import quantize_network
from qana.training.recipe import Recipe
from qana.walkthrough.conversion_cases import ConversionOutcome, LayerFate

FUSED = (layers.BatchNormalization, layers.ReLU, layers.GlobalAveragePooling2D)
"""Layer types that Akida computes as a part of the previous layer."""
Messages = list[tuple[str, str]]
"""Package and text of each warning and error, verbatim."""


def quantize_and_listen(
    network: keras.Model, photos: np.ndarray, recipe: Recipe
) -> tuple[keras.Model | None, Messages]:
    """Runs the vendor's quantizer.

    Args:
        network: float network.
        photos: (N, S, S, 3) uint8, which set the ranges of the activations.
        recipe: gives the bits.

    Returns:
        The quantized network, None after an error, and what the quantizer reports.
    """
    messages: Messages = []
    keras.backend.reset_uids()  # the vendor names layers by counting those of the process
    make = lambda: quantize_network(network, photos, recipe)  # noqa: E731
    return _record_messages("quantizeml", messages, make), messages


def convert_and_check(
    network: keras.Model,
    quantized: keras.Model | None,
    photos: np.ndarray,
    messages: Messages,
    progress: Callable[[str, float], None] = lambda words, share: None,
) -> ConversionOutcome:
    """Runs the vendor's converter and QANA's own check.

    Args:
        network: float network.
        quantized: the same network quantized; None if the quantizer failed.
        photos: (N, S, S, 3) uint8, the check set.
        messages: what the quantizer reported.
        progress: called before each step.
    """
    converted, refusal, passes = None, None, {}
    if quantized is not None:
        progress("Running the vendor's converter", 0.6)
        converted = _record_messages("cnn2snn", messages, lambda: run_converter(quantized))
        progress("Running our check on the same network", 0.75)
        try:
            passes = convert(quantized, photos)[1].passes
        except ConversionError as error:
            refusal = str(error)
    return ConversionOutcome(
        layers=_trace_layers(network, quantized, converted),
        akida={
            layer.name: str(layer.parameters.layer_type).rpartition(".")[2]
            for layer in (converted.layers if converted else ())
        },
        messages=tuple(messages),
        output_shape=tuple(converted.output_shape) if converted else None,
        left_in_float=next(iter(_list_float_layers(quantized)), None) if quantized else None,
        refusal=refusal,
        passes=passes,
        step=None,
        photos=len(photos),
    )


def run_tools(network: keras.Model, photos: np.ndarray, recipe: Recipe) -> ConversionOutcome:
    """Quantizes, converts and checks a network.

    Args:
        network: float network.
        photos: (N, S, S, 3) uint8, for the ranges of the activations and for the check.
        recipe: gives the bits.
    """
    quantized, messages = quantize_and_listen(network, photos, recipe)
    return convert_and_check(network, quantized, photos, messages)


def _record_messages(
    package: str, messages: list[tuple[str, str]], make: Callable[[], Any]
) -> Any | None:
    """Calls `make`, and appends the warnings and the error of `package` to `messages`.

    Returns:
        The result of `make`; None after an error.
    """
    made, errors = None, []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            made = make()
        except (RuntimeError, ValueError, TypeError) as error:
            errors = [f"{type(error).__name__}: {error}"]
    heard = [
        str(one.message)
        for one in caught
        if one.category is UserWarning and package in Path(one.filename).parts
    ]
    for words in heard + errors:
        lines = (line.strip() for line in words.splitlines())
        messages.append((package, "\n".join(line for line in lines if line.strip("_=."))))
    return made


def _trace_layers(
    network: keras.Model, quantized: keras.Model | None, converted: akida.Model | None
) -> tuple[LayerFate, ...]:
    came_out = {layer.name for layer in converted.layers} if converted else set()
    in_float = _list_float_layers(quantized) if quantized else []
    into: dict[str, str | None] = {}
    fates = []
    for layer in network.layers[1:]:
        name = layer.name
        into[name] = name if name in came_out else None
        if isinstance(layer, FUSED) and name not in in_float:
            into[name] = into[layer.inbound_nodes[0].inbound_layers.name]
        if isinstance(layer, layers.Rescaling):  # Akida's first layer scales the pixels itself
            first = layer.outbound_nodes[0].outbound_layer.name
            into[name] = first if first in came_out else None
        fates.append(LayerFate(name, _describe_kind(layer), into[name]))
        # The quantizer turns an activation inside a layer into a layer of its own.
        function = getattr(layer, "activation", keras.activations.linear)
        if function is not keras.activations.linear:
            name = f"{name}_activ"
            fates.append(
                LayerFate(name, function.__name__, None if name in in_float else into[layer.name])
            )
    return tuple(fates)


def _list_float_layers(quantized: keras.Model) -> list[str]:
    """Lists the layers that the quantizer did not change, in network order."""
    return [
        layer.name
        for layer in quantized.layers[1:]
        if not type(layer).__module__.startswith("quantizeml")
    ]


def _describe_kind(layer: layers.Layer) -> str:
    kind = type(layer).__name__
    if isinstance(layer, layers.ReLU):
        return "ReLU, no bound" if layer.max_value is None else f"ReLU, at most {layer.max_value:g}"
    if hasattr(layer, "kernel_size"):
        return f"{kind} {'×'.join(map(str, layer.kernel_size))}"
    return kind
