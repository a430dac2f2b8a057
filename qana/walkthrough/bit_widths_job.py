"""The vendor's quantizer at work on the deployed model's float network, as tasks of the workshop.

Post-training quantization alone, no tuning: that takes hours and is told from stored results.
Networks are run eagerly: building a graph would take longer than the few photos asked for.
"""

import time
from typing import Any

import numpy as np

from qana.data.balanced_subset import load_balanced_subset
from qana.data.samples import load_calibration_photos
from qana.inference.manifest import ModelEntry, find_entry
from qana.jobs.cache import Store, load_form_once
from qana.jobs.worker import Tell
from qana.network.logits import compute_logits_eagerly
from qana.training.quantization import quantize_network
from qana.training.recipe import Recipe
from qana.walkthrough.bit_widths import LAYERS, QuantizedAnswers, WeightLevels, snap_weights

BATCH = 16
"""Photos at once: the integers of a layer are carried in several copies."""
ROOM = 2
"""Quantized networks that are kept: each takes hundreds of megabytes."""


def answer_subset(
    store: Store, tell: Tell, model: str, weight_bits: int, activation_bits: int
) -> QuantizedAnswers:
    """Quantizes the float network and asks it about the fixed subset.

    Args:
        store: keeps the networks.
        tell: takes progress.
        model: name in the models folder.
        weight_bits, activation_bits: of `qana.walkthrough.bit_widths.CHOICES`; 0 for the float network.

    Raises:
        UserError: the model has no float form, or its file is missing or changed.
    """
    network, seconds = _network(store, tell, model, weight_bits, activation_bits)
    photos, _labels = load_balanced_subset()
    tell(f"Asking it about {len(photos)} lesions", 0.9)
    weights = {name: _levels(network.get_layer(name)) for name in LAYERS} if weight_bits else {}
    return QuantizedAnswers(compute_logits_eagerly(network, photos, BATCH), weights, seconds)


def answer_photo(
    store: Store,
    tell: Tell,
    model: str,
    inputs: np.ndarray,
    weight_bits: int,
    activation_bits: int,
) -> np.ndarray:
    """(7,) float32 logits of the visitor's photo, (S, S, 3) uint8; see `answer_subset` for the rest."""
    network, _seconds = _network(store, tell, model, weight_bits, activation_bits)
    tell("Asking it about your photo", 0.95)
    return compute_logits_eagerly(network, inputs[None])[0]


def load_networks(store: Store, tell: Tell, model: str) -> str:
    """Loads TensorFlow and both Keras forms, so that the next who asks need not wait."""
    entry = find_entry(model)
    _float(store, tell, entry)
    tell("Loading the quantized network", 0.4)
    load_form_once(store, entry, "quantized")
    return "loaded"


def _network(
    store: Store, tell: Tell, model: str, weight_bits: int, activation_bits: int
) -> tuple[Any, float]:
    entry = find_entry(model)
    network = _float(store, tell, entry)
    if not weight_bits:
        return network, 0.0
    recipe = Recipe(
        "walkthrough",
        weight_bits=weight_bits,
        activation_bits=activation_bits,
        calibration_photos=len(load_calibration_photos()),
    )

    def make() -> tuple[Any, float]:
        tell(f"Quantizing to {weight_bits}/{activation_bits} bits, which is done once", 0.3)
        start = time.perf_counter()
        made = quantize_network(network, load_calibration_photos(), recipe)
        return made, time.perf_counter() - start

    key = ("quantized", entry.sha256, weight_bits, activation_bits)
    quantized: tuple[Any, float] = store.get(key, make, room=ROOM)
    return quantized


def _float(store: Store, tell: Tell, entry: ModelEntry) -> Any:
    tell("Loading the float network", 0.2)
    return load_form_once(store, entry, "float")


def _levels(layer: Any) -> WeightLevels:
    """What the layer's own quantizer does to its kernel."""
    depthwise = hasattr(layer, "depthwise_kernel")
    kernel = layer.depthwise_kernel if depthwise else layer.kernel
    quantizer = layer.weight_quantizer
    scales = quantizer(kernel).scales.numpy()
    return snap_weights(kernel.numpy(), scales, quantizer.bitwidth)
