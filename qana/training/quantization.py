"""From a float network to the integers that Akida computes with."""

import numpy as np
import tf_keras as keras

from qana.network.quantized import QuantizationParams, quantize
from qana.spiking.generation import generation
from qana.spiking.names import AKIDA1
from qana.training.recipe import Recipe

FIRST_LAYER_BITS = 8
"""Pixels have 8 bits; fewer in the first layer's weights would blur what enters."""


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
    with generation(recipe.target):
        return quantize(
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
