"""Runs the vendor's tools and QANA's own check on a block, in the background worker."""

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
from qana.data.samples import load_calibration_photos
from qana.errors import ConversionError, UserError
from qana.inference.manifest import ModelEntry, find_entry
from qana.jobs.cache import Cache, load_form_once
from qana.jobs.worker import ProgressCallback
from qana.network.builders import build_network
from qana.training.quantization import quantize_network
from qana.training.recipe import Recipe
from qana.walkthrough.conversion_cases import ActivationStep, ConversionOutcome, LayerFate
from qana.walkthrough.small_networks import ACTIVATION, BLOCKS, SIDE, build_small_network

FUSED = (layers.BatchNormalization, layers.ReLU, layers.GlobalAveragePooling2D)
"""Layer types that Akida computes as a part of the previous layer."""


def run_case(cache: Cache, progress: ProgressCallback, model: str, case: str) -> ConversionOutcome:
    """Quantizes and converts one block, or a whole network, and reports the outcome.

    Args:
        cache: stores the outcome and the deployed model's Keras forms.
        progress: called before each step.
        model: name of the model that gives the trained layers.
        case: key of a `qana.walkthrough.conversion_cases.BlockForm`.

    Raises:
        UserError: `case` is unknown, or the model has no Keras forms.
    """
    if case not in BLOCKS and not case.startswith("network_"):
        known = ", ".join([*BLOCKS, "network_published", "network_spiking"])
        raise UserError(f"There is no case '{case}': choose one of {known}.")
    entry = find_entry(model)
    key = ("conversion case", entry.sha256, case)
    return cache.get(key, lambda: _convert_case(cache, progress, entry, case))


def _convert_case(
    cache: Cache, progress: ProgressCallback, entry: ModelEntry, case: str
) -> ConversionOutcome:
    progress("Building the network", 0.1)
    if case == "network_published":
        network = build_network("published")
    else:
        network = load_form_once(cache, entry, "float")
        if case in BLOCKS:
            network = build_small_network(BLOCKS[case], network, load_calibration_photos(SIDE))
    side = network.input_shape[1]
    photos = load_calibration_photos(side)
    messages: list[tuple[str, str]] = []
    if case == "network_spiking":
        progress("Loading the deployed network's quantized form", 0.3)
        quantized = load_form_once(cache, entry, "quantized")
    else:
        progress("Running the vendor's quantizer", 0.3)
        recipe = Recipe("walkthrough", input_size=side)
        quantized = _record_messages(
            "quantizeml", messages, lambda: quantize_network(network, photos, recipe)
        )
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
        step=_measure_step(network, quantized, photos) if case.startswith("activation_") else None,
        photos=len(photos),
    )


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


def _measure_step(
    network: keras.Model, quantized: keras.Model, photos: np.ndarray
) -> ActivationStep:
    """Computes the quantization of the channel with the largest input."""
    name = f"{ACTIVATION}_relu"
    pixels = photos.astype(np.float32)
    layer = network.get_layer(name)
    before, after = keras.Model(network.inputs, [layer.input, layer.output])(pixels)
    integers = keras.Model(quantized.inputs, quantized.get_layer(name).output)(pixels).values
    reached = before.numpy().max(axis=(0, 1, 2))
    highest = reached.argmax()
    quantizer = quantized.get_layer(name).out_quantizer
    # The quantizer first rescales each channel, so that steps of a power of two fit its range.
    steps = 2.0 ** -quantizer.frac_bits.numpy() / quantizer.rescaling_rate.numpy()
    fires = after.numpy()[..., highest] > 0
    silenced = fires & (integers.numpy()[..., highest] == 0)
    return ActivationStep(
        layer=name,
        largest=float(reached[highest]),
        top=float(steps[highest] * (2**quantizer.value_bits - 1)),
        step=float(steps[highest]),
        lost=float(silenced.sum() / fires.sum()),
    )
