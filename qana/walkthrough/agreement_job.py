"""Compares the quantized Keras network with Akida on one photo, in the background worker."""

import numpy as np
import tensorflow as tf

from qana.conversion.compare_layers import LayerDifference, compute_keras_integers
from qana.inference.events import LayerRecorder
from qana.inference.load_network import load_network
from qana.inference.manifest import find_same_entry
from qana.jobs.cache import Cache, load_form_once
from qana.jobs.worker import ProgressCallback
from qana.walkthrough.agreement import Agreement, LayerAgreement


def compare_networks(
    cache: Cache,
    progress: ProgressCallback,
    model: str,
    inputs: np.ndarray,
    sha256: str | None = None,
) -> Agreement:
    """Runs both networks and compares the integers of every layer.

    Args:
        cache: stores the networks.
        progress: called before each step.
        model: name of the model.
        inputs: (S, S, 3) uint8 network input.
        sha256: of the .fbz file that answered, see `find_same_entry`.

    Raises:
        UserError: the model has no quantized form, or a file is missing or changed.
    """
    entry = find_same_entry(model, sha256)
    progress("Loading the quantized Keras network", 0.15)
    quantized = load_form_once(cache, entry, "quantized")
    model_on_akida = cache.get(("akida", entry.sha256), lambda: load_network(entry))
    recorder = cache.get(("recorder", entry.sha256), lambda: LayerRecorder(model_on_akida))
    # A Keras layer ends where the next Akida layer's name begins, so all names are needed.
    names = [layer.name for layer in model_on_akida.layers]
    progress("Running the photo through both networks", 0.8)
    on_akida = recorder.record(inputs)
    layers = [
        _compare_layer(name, integers[0], on_akida[name])
        for name, integers in compute_keras_integers(quantized, names, inputs[None])
        if name in on_akida
    ]
    in_keras = quantized(tf.constant(inputs[None], tf.float32)).numpy()[0]
    logits = recorder.logits(on_akida)
    known = {layer.name for layer in layers}
    return Agreement(
        layers=tuple(layers),
        not_compared=tuple(name for name in on_akida if name not in known),
        logits=float(np.abs(in_keras - logits).max()),
        same_class=bool(in_keras.argmax() == logits.argmax()),
    )


def _compare_layer(name: str, in_keras: np.ndarray, on_akida: np.ndarray) -> LayerAgreement:
    difference = np.abs(on_akida.astype(np.int64) - in_keras.reshape(on_akida.shape))
    differing, largest = int(np.count_nonzero(difference)), int(difference.max())
    share = differing / difference.size
    ties = LayerDifference(name, np.zeros(1, np.int64), differing, share, share, largest).is_tie
    return LayerAgreement(name, difference.size, differing, largest, ties)
