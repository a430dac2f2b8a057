"""Runs the vendor's tools and QANA's own check on a block, in the background worker."""

from dataclasses import replace

import numpy as np
import tf_keras as keras

from qana.data.samples import load_calibration_photos
from qana.errors import UserError
from qana.inference.manifest import ModelEntry, find_entry
from qana.jobs.cache import Cache, load_form_once
from qana.jobs.worker import ProgressCallback
from qana.network.builders import build_network
from qana.training.recipe import Recipe
from qana.walkthrough.conversion_cases import ActivationStep, ConversionOutcome
from qana.walkthrough.conversion_run import Messages, convert_and_check, quantize_and_listen
from qana.walkthrough.small_networks import ACTIVATION, BLOCKS, SIDE, build_small_network


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
    if case == "network_spiking":
        progress("Loading the deployed network's quantized form", 0.3)
        quantized, messages = load_form_once(cache, entry, "quantized"), Messages()
    else:
        progress("Running the vendor's quantizer", 0.3)
        recipe = Recipe("walkthrough", input_size=side)
        quantized, messages = quantize_and_listen(network, photos, recipe)
    outcome = convert_and_check(network, quantized, photos, messages, progress)
    if quantized is None or not case.startswith("activation_"):
        return outcome
    return replace(outcome, step=_measure_step(network, quantized, photos))


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
