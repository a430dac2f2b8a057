"""Folds a batch normalization into its convolution, in the background worker.

quantizeml folds every normalization before it quantizes, so a chip never computes one. The folding
here uses the arithmetic of `fold_batchnorms` of quantizeml:

    scale = gamma / sqrt(variance + epsilon)
    kernel' = kernel * scale, bias' = beta - mean * scale
"""

from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras as keras
from quantizeml.layers import DepthwiseConv2DTranspose

from qana.data.samples import load_calibration_photos
from qana.errors import UserError
from qana.inference.manifest import find_same_entry
from qana.jobs.cache import Cache, load_form_once
from qana.jobs.worker import ProgressCallback
from qana.walkthrough.folding import LAYERS, Activations, Folding

EQUALIZED = (
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.Dense,
    DepthwiseConv2DTranspose,
)
"""Layer types of the network that can divide their weights by the rate of the previous quantizer.
Source: `_set_and_equalize` of quantizeml.models.calibrate."""


def fold_and_find_ranges(
    cache: Cache,
    progress: ProgressCallback,
    model: str,
    inputs: np.ndarray,
    layer: str,
    sha256: str | None = None,
) -> Activations:
    """Folds one normalization of the float network and computes the inputs of its activation.

    Args:
        cache: stores the network and the calibrated ranges.
        progress: called before each step.
        model: name of the model.
        inputs: (S, S, 3) uint8 network input.
        layer: one of `qana.walkthrough.folding.LAYERS`.
        sha256: of the .fbz file that answered, see `find_same_entry`.

    Raises:
        UserError: `layer` is unknown, the model has no float form, or its file is missing or
            changed.
    """
    if layer not in LAYERS:
        raise UserError(f"There is no layer {layer} to open: choose one of {', '.join(LAYERS)}.")
    entry = find_same_entry(model, sha256)
    progress("Loading the float network", 0.2)
    form = load_form_once(cache, entry, "float")
    recorder = cache.get(("normalization recorder", entry.sha256), lambda: _make_recorder(form))
    progress("Finding the ranges on the calibration photos", 0.6)
    highest = cache.get(
        ("highest", entry.sha256), lambda: _find_highest(recorder, load_calibration_photos())
    )
    progress("Folding the normalization", 0.9)
    convolution = form.get_layer(layer)
    normalization = _get_next_layer(convolution)
    activation = _get_next_layer(normalization)
    entering, values = recorder(tf.constant(inputs[None], tf.float32), training=False)[layer]
    return Activations(
        layer,
        float(activation.max_value),
        values.numpy()[0],
        highest[layer],
        len(load_calibration_photos()),
        _is_equalized(activation),
        _compare_outputs(convolution, normalization, entering, values),
    )


def fold_normalization(
    convolution: Any, normalization: Any, dtype: type
) -> tuple[np.ndarray, np.ndarray]:
    """Folds a normalization into the kernel and bias of its convolution.

    Args:
        convolution: Keras Conv2D or DepthwiseConv2D without a bias.
        normalization: the BatchNormalization after it, over the last axis.
        dtype: np.float32, which quantizeml uses, or np.float64.

    Returns:
        Kernel of the convolution's shape, and (C,) bias, both of `dtype`.
    """
    kernel = convolution.get_weights()[0].astype(dtype)
    gamma, beta, mean, variance = (weight.astype(dtype) for weight in normalization.get_weights())
    scale = gamma / np.sqrt(variance + dtype(normalization.epsilon))
    depthwise = isinstance(convolution, keras.layers.DepthwiseConv2D)
    return kernel * (scale[:, None] if depthwise else scale), beta - mean * scale


def _make_recorder(form: keras.Model) -> keras.Model:
    """Makes a network that outputs, by convolution, its input and its normalized output."""
    opened = [form.get_layer(name) for name in LAYERS]
    outputs = {layer.name: (layer.input, _get_next_layer(layer).output) for layer in opened}
    return keras.Model(form.input, outputs)


def _get_next_layer(layer: Any) -> Any:
    return layer.outbound_nodes[0].layer


def _is_equalized(activation: Any) -> bool:
    readers = [node.layer for node in activation.outbound_nodes]
    return len(readers) == 1 and isinstance(readers[0], EQUALIZED)


def _find_highest(recorder: keras.Model, photos: np.ndarray) -> dict[str, np.ndarray]:
    found = [
        {name: values.numpy().max(axis=(0, 1, 2)) for name, (_, values) in outputs.items()}
        for outputs in (
            recorder(tf.constant(photo[None], tf.float32), training=False) for photo in photos
        )
    ]
    return {name: np.max([one[name] for one in found], axis=0) for name in LAYERS}


def _compare_outputs(
    convolution: Any, normalization: Any, entering: tf.Tensor, values: tf.Tensor
) -> Folding:
    kernel, bias = fold_normalization(convolution, normalization, np.float32)
    folded = _convolve(convolution, entering, kernel) + bias
    exact = tf.cast(entering, tf.float64)
    original = convolution.get_weights()[0]
    kernel64, bias64 = fold_normalization(convolution, normalization, np.float64)
    before64 = _normalize(normalization, _convolve(convolution, exact, original.astype(np.float64)))
    after64 = _convolve(convolution, exact, kernel64) + bias64
    return Folding(
        _compute_ranges(convolution, original),
        _compute_ranges(convolution, kernel),
        float(np.abs(folded - values.numpy()).max()),
        float(np.abs(after64 - before64).max()),
        float(np.abs(values).max()),
    )


def _convolve(convolution: Any, entering: tf.Tensor, kernel: np.ndarray) -> np.ndarray:
    padding = convolution.padding.upper()
    strides = (1, *convolution.strides, 1)
    depthwise = isinstance(convolution, keras.layers.DepthwiseConv2D)
    apply = tf.nn.depthwise_conv2d if depthwise else tf.nn.conv2d
    return apply(entering, kernel, strides, padding).numpy()


def _normalize(normalization: Any, values: np.ndarray) -> np.ndarray:
    gamma, beta, mean, variance = (w.astype(np.float64) for w in normalization.get_weights())
    return (values - mean) / np.sqrt(variance + normalization.epsilon) * gamma + beta


def _compute_ranges(convolution: Any, kernel: np.ndarray) -> np.ndarray:
    if isinstance(convolution, keras.layers.DepthwiseConv2D):
        kernel = kernel[..., 0]
    a_channel = kernel.reshape(-1, kernel.shape[-1])
    return np.stack([a_channel.min(axis=0), a_channel.max(axis=0)], axis=-1)
