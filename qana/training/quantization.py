"""Quantizes a float network to the integers that Akida computes with."""

from typing import Any

import numpy as np
import tf_keras as keras

from qana.conversion.vendor_converter import use_generation
from qana.inference.manifest import AKIDA1, AKIDA2
from qana.network.quantizeml_loading import QuantizationParams, quantize
from qana.training.recipe import Recipe

FIRST_LAYER_BITS = 8
"""Weight bits of the first layer. Pixels have 8 bits, and fewer weight bits would lose detail."""
UNSIGNED_BELOW_BITS = 8
"""Networks with fewer activation bits get an unsigned average.

The deployed 8-bit networks are older than this rule. They do not need it, because their averages
stay in half of the range on each photo that the conversion checked.
"""


def quantize_network(model: keras.Model, photos: np.ndarray, recipe: Recipe) -> keras.Model:
    """Quantizes a network after training.

    Args:
        model: float network.
        photos: (N, S, S, 3) uint8 training photos. They set the ranges of the activations.
        recipe: gives the bits, the chip generation, the number of calibration photos and the seed.

    Returns:
        Quantized Keras model with the same input and output. `fit_keras` can tune it.
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
                # Akida 1.0 has one quantization step for all channels of a map.
                per_tensor_activations=recipe.target == AKIDA1,
            ),
            samples=samples,
            num_samples=len(samples),
            batch_size=32,
        )
    few_bits = recipe.target == AKIDA2 and recipe.activation_bits < UNSIGNED_BELOW_BITS
    return _make_average_unsigned(quantized) if few_bits else quantized


def _make_average_unsigned(model: keras.Model) -> keras.Model:
    """Makes the output of global average pooling unsigned.

    The average of a rectified map has no sign. By default the quantizer still reserves a sign bit
    and clips at half of the range (7 of 15 with 4 bits), while Akida uses the whole range.
    """

    def copy_layer(layer: keras.layers.Layer) -> keras.layers.Layer:
        config: dict[str, Any] = layer.get_config()
        # Behind a layer that the quantizer does not know, the average stays in float.
        if isinstance(layer, keras.layers.GlobalAveragePooling2D) and "quant_config" in config:
            quantizers = dict(config["quant_config"])
            quantizers["output_quantizer"] = quantizers["output_quantizer"] | {"signed": False}
            config["quant_config"] = quantizers
        return type(layer).from_config(config)

    unsigned = keras.models.clone_model(model, clone_function=copy_layer)
    unsigned.set_weights(model.get_weights())
    return unsigned
