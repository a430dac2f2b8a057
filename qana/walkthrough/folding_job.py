"""Task of the workshop: a batch normalization folded into its convolution, and what comes out.

quantizeml folds every normalization before it quantizes, so a chip never computes one. The folded
convolution here is made by the same arithmetic as its `fold_batchnorms`:

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
from qana.inference.manifest import find_entry
from qana.jobs.cache import Store, load_form_once
from qana.jobs.worker import Tell
from qana.walkthrough.folding import LAYERS, Activations, Folding

EQUALIZED = (
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.Dense,
    DepthwiseConv2DTranspose,
)
"""Layers whose weights can take back the rate of an activation's quantizer, of those that the
network has; see `_set_and_equalize` of quantizeml.models.calibrate."""


def fold_and_find_ranges(
    store: Store, tell: Tell, model: str, inputs: np.ndarray, layer: str
) -> Activations:
    """Folds one normalization of the float network, and returns what enters its activation.

    Args:
        store: keeps the network and the calibrated ranges.
        tell: takes progress.
        model: name in the models folder.
        inputs: (S, S, 3) uint8, the visitor's photo, as the network reads it.
        layer: one of `qana.walkthrough.folding.LAYERS`.

    Raises:
        UserError: the layer is none of those, the model has no float form, or its file is missing
            or changed.
    """
    if layer not in LAYERS:
        raise UserError(f"The walkthrough does not open the layer {layer}: choose another one.")
    entry = find_entry(model)
    tell("Loading the float network", 0.2)
    form = load_form_once(store, entry, "float")
    tap = store.get(("around normalizations", entry.sha256), lambda: _tap(form))
    tell("Finding the ranges on the calibration photos", 0.6)
    highest = store.get(("highest", entry.sha256), lambda: _highest(tap, load_calibration_photos()))
    tell("Folding the normalization", 0.9)
    convolution = form.get_layer(layer)
    normalization = _behind(convolution)
    activation = _behind(normalization)
    entering, values = tap(tf.constant(inputs[None], tf.float32), training=False)[layer]
    return Activations(
        layer,
        float(activation.max_value),
        values.numpy()[0],
        highest[layer],
        len(load_calibration_photos()),
        _is_equalized(activation),
        _check(convolution, normalization, entering, values),
    )


def fold_normalization(
    convolution: Any, normalization: Any, dtype: type
) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and bias of the one convolution that does the work of both layers.

    Args:
        convolution: Keras Conv2D or DepthwiseConv2D without a bias.
        normalization: the BatchNormalization behind it, over the last axis.
        dtype: np.float32, as quantizeml computes, or np.float64.

    Returns:
        Kernel in the shape of the convolution's, and (C,) bias.
    """
    kernel = convolution.get_weights()[0].astype(dtype)
    gamma, beta, mean, variance = (weight.astype(dtype) for weight in normalization.get_weights())
    scale = gamma / np.sqrt(variance + dtype(normalization.epsilon))
    depthwise = isinstance(convolution, keras.layers.DepthwiseConv2D)
    return kernel * (scale[:, None] if depthwise else scale), beta - mean * scale


def _tap(form: keras.Model) -> keras.Model:
    """Gives by convolution what enters it and what its normalization makes of it."""
    opened = [form.get_layer(name) for name in LAYERS]
    outputs = {layer.name: (layer.input, _behind(layer).output) for layer in opened}
    return keras.Model(form.input, outputs)


def _behind(layer: Any) -> Any:
    return layer.outbound_nodes[0].layer


def _is_equalized(activation: Any) -> bool:
    readers = [node.layer for node in activation.outbound_nodes]
    return len(readers) == 1 and isinstance(readers[0], EQUALIZED)


def _highest(tap: keras.Model, photos: np.ndarray) -> dict[str, np.ndarray]:
    found = [
        {name: values.numpy().max(axis=(0, 1, 2)) for name, (_, values) in outputs.items()}
        for outputs in (
            tap(tf.constant(photo[None], tf.float32), training=False) for photo in photos
        )
    ]
    return {name: np.max([one[name] for one in found], axis=0) for name in LAYERS}


def _check(convolution: Any, normalization: Any, entering: tf.Tensor, values: tf.Tensor) -> Folding:
    kernel, bias = fold_normalization(convolution, normalization, np.float32)
    folded = _convolve(convolution, entering, kernel) + bias
    exact = tf.cast(entering, tf.float64)
    original = convolution.get_weights()[0]
    kernel64, bias64 = fold_normalization(convolution, normalization, np.float64)
    before64 = _normalize(normalization, _convolve(convolution, exact, original.astype(np.float64)))
    after64 = _convolve(convolution, exact, kernel64) + bias64
    return Folding(
        _ranges(convolution, original),
        _ranges(convolution, kernel),
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


def _ranges(convolution: Any, kernel: np.ndarray) -> np.ndarray:
    if isinstance(convolution, keras.layers.DepthwiseConv2D):
        kernel = kernel[..., 0]
    a_channel = kernel.reshape(-1, kernel.shape[-1])
    return np.stack([a_channel.min(axis=0), a_channel.max(axis=0)], axis=-1)
