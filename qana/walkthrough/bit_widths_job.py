"""Quantizes the float network with the vendor's quantizer, in the background worker.

This is post-training quantization alone. Tuning takes hours, so a page displays its stored results.
Networks run eagerly, because building a graph would take longer than running the few photos.
"""

import time
from typing import Any

import numpy as np

from qana.data.balanced_subset import load_balanced_subset
from qana.data.samples import load_calibration_photos
from qana.inference.manifest import ModelEntry, find_entry, find_same_entry
from qana.jobs.cache import Cache, load_form_once
from qana.jobs.worker import ProgressCallback
from qana.network.logits import compute_logits_eagerly
from qana.training.quantization import quantize_network
from qana.training.recipe import Recipe
from qana.walkthrough.bit_widths import LAYERS, QuantizedAnswers, WeightLevels, snap_weights

BATCH = 16
"""Batch size, images. The network keeps several copies of the integers of a layer in memory."""
ROOM = 2
"""Quantized networks in the cache. Each takes hundreds of megabytes."""


def answer_subset(
    cache: Cache, progress: ProgressCallback, model: str, weight_bits: int, activation_bits: int
) -> QuantizedAnswers:
    """Quantizes the float network and runs it on the fixed subset of test photos.

    Args:
        cache: stores the networks.
        progress: called before each step.
        model: name of the model.
        weight_bits: one of `qana.walkthrough.bit_widths.CHOICES`; 0 for the float network.
        activation_bits: one of the same; ignored where `weight_bits` is 0.

    Raises:
        UserError: the model has no float form, or its file is missing or changed.
    """
    network, seconds = get_network(cache, progress, model, weight_bits, activation_bits)
    photos, _labels = load_balanced_subset()
    progress(f"Asking it about {len(photos)} lesions", 0.9)
    weights = (
        {name: _snap_kernel(network.get_layer(name)) for name in LAYERS} if weight_bits else {}
    )
    return QuantizedAnswers(compute_logits_eagerly(network, photos, BATCH), weights, seconds)


def answer_photo(
    cache: Cache,
    progress: ProgressCallback,
    model: str,
    inputs: np.ndarray,
    weight_bits: int,
    activation_bits: int,
    sha256: str | None = None,
) -> np.ndarray:
    """Quantizes the float network and runs it on one photo.

    Args:
        cache: stores the networks.
        progress: called before each step.
        model: name of the model.
        inputs: (S, S, 3) uint8 network input.
        weight_bits: one of `qana.walkthrough.bit_widths.CHOICES`; 0 for the float network.
        activation_bits: one of the same; ignored where `weight_bits` is 0.
        sha256: of the .fbz file that answered, see `find_same_entry`.

    Returns:
        (7,) float32 logits.

    Raises:
        UserError: the model has no float form, or its file is missing or changed.
    """
    find_same_entry(model, sha256)
    network, _seconds = get_network(cache, progress, model, weight_bits, activation_bits)
    progress("Asking it about your photo", 0.95)
    return compute_logits_eagerly(network, inputs[None])[0]


def load_networks(cache: Cache, progress: ProgressCallback, model: str) -> str:
    """Loads TensorFlow and both Keras forms in advance, so that the next job need not wait.

    Args:
        cache: stores the networks.
        progress: called before each step.
        model: name of the model.

    Raises:
        UserError: the model has no Keras forms, or a file is missing or changed.
    """
    entry = find_entry(model)
    _load_float_network(cache, progress, entry)
    progress("Loading the quantized network", 0.4)
    load_form_once(cache, entry, "quantized")
    return "loaded"


def get_network(
    cache: Cache, progress: ProgressCallback, model: str, weight_bits: int, activation_bits: int
) -> tuple[Any, float]:
    """Quantizes the float network, or loads it as it is.

    Args:
        cache: stores the networks.
        progress: called before each step.
        model: name of the model.
        weight_bits: one of `qana.walkthrough.bit_widths.CHOICES`; 0 for the float network.
        activation_bits: one of the same; ignored where `weight_bits` is 0.

    Returns:
        Keras model, and the time of its quantization, s.

    Raises:
        UserError: the model has no float form, or its file is missing or changed.
    """
    entry = find_entry(model)
    network = _load_float_network(cache, progress, entry)
    if not weight_bits:
        return network, 0.0
    recipe = Recipe(
        "walkthrough",
        weight_bits=weight_bits,
        activation_bits=activation_bits,
        calibration_photos=len(load_calibration_photos()),
    )

    def make() -> tuple[Any, float]:
        progress(f"Quantizing to {weight_bits}/{activation_bits} bits, which is done once", 0.3)
        start = time.perf_counter()
        made = quantize_network(network, load_calibration_photos(), recipe)
        return made, time.perf_counter() - start

    key = ("quantized", entry.sha256, weight_bits, activation_bits)
    quantized: tuple[Any, float] = cache.get(key, make, room=ROOM)
    return quantized


def _load_float_network(cache: Cache, progress: ProgressCallback, entry: ModelEntry) -> Any:
    progress("Loading the float network", 0.2)
    return load_form_once(cache, entry, "float")


def _snap_kernel(layer: Any) -> WeightLevels:
    """Snaps the kernel of a layer with the layer's own quantizer."""
    depthwise = hasattr(layer, "depthwise_kernel")
    kernel = layer.depthwise_kernel if depthwise else layer.kernel
    quantizer = layer.weight_quantizer
    scales = quantizer(kernel).scales.numpy()
    return snap_weights(kernel.numpy(), scales, quantizer.bitwidth)
