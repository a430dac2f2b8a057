"""From a float network to the integers that Akida computes with."""

from typing import Any

import numpy as np
import tf_keras as keras

from qana.conversion.vendor_converter import use_generation
from qana.inference.manifest import AKIDA1, AKIDA2
from qana.network.quantizeml_loading import QuantizationParams, quantize
from qana.training.recipe import Recipe

FIRST_LAYER_BITS = 8
"""Pixels have 8 bits; fewer in the first layer's weights would blur what enters."""

UNSIGNED_BELOW_BITS = 8
"""The deployed recipe of 8 bits is older than this. Its averages stay in half the range on every
photo that its conversion was checked on, or it would have been refused."""


def quantize_network(model: keras.Model, photos: np.ndarray, recipe: Recipe) -> keras.Model:
    """Post-training quantization.

    Args:
        model: float network.
        photos: (N, S, S, 3) uint8 training photos; activation ranges are taken from them.
        recipe: bits, and how many photos at most.

    Returns:
        Quantized Keras model with the same input and output; it can be tuned by `fit`.
    """
    chosen = np.random.default_rng(recipe.seed).permutation(len(photos))
    samples = photos[chosen[: recipe.calibration_photos]]
    with use_generation(recipe.target):
        quantized = quantize(
            model,
            qparams=QuantizationParams(
                input_weight_bits=FIRST_LAYER_BITS,
                weight_bits=recipe.weight_bits,
                activation_bits=recipe.activation_bits,
                # Akida 1.0 has one step for a whole map.
                per_tensor_activations=recipe.target == AKIDA1,
            ),
            samples=samples,
            num_samples=len(samples),
            batch_size=32,
        )
    few_bits = recipe.target == AKIDA2 and recipe.activation_bits < UNSIGNED_BELOW_BITS
    return _make_average_unsigned(quantized) if few_bits else quantized


def _make_average_unsigned(model: keras.Model) -> keras.Model:
    """An average of a rectified map has no sign. The quantizer spends a bit on one and cuts off at
    half the range, 7 of 15 with 4 bits, where Akida goes on."""

    def same_but(layer: keras.layers.Layer) -> keras.layers.Layer:
        config: dict[str, Any] = layer.get_config()
        if isinstance(layer, keras.layers.GlobalAveragePooling2D):
            quantizers = dict(config["quant_config"])
            quantizers["output_quantizer"] = quantizers["output_quantizer"] | {"signed": False}
            config["quant_config"] = quantizers
        return type(layer).from_config(config)

    unsigned = keras.models.clone_model(model, clone_function=same_but)
    unsigned.set_weights(model.get_weights())
    return unsigned
