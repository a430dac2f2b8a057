"""Loads the Keras forms of a deployed model, float and quantized.

TensorFlow is imported when a form is loaded and not before.
"""

import logging
import os
import warnings
from typing import Any

import numpy as np

from qana.errors import ExplanationError
from qana.inference.manifest import ModelEntry
from qana.inference.model_store import verify_file

CALIBRATION_PHOTOS = 128
"""Number of photos for `quantize_to_4_bits`."""


def load_keras_form(entry: ModelEntry, form: str) -> Any:
    """Loads a Keras form of a deployed model. The quantized form takes half a minute.

    Args:
        entry: entry of the deployed model.
        form: "float" or "quantized".

    Returns:
        Keras model with an (N, S, S, 3) image, 0 to 255, as its input and (N, 7) logits as its
        output.

    Raises:
        ExplanationError: the deployed model has no such form.
        ModelError: the file is missing or changed.

    Example:
        >>> load_keras_form(find_entry("akida2"), "float").output_shape
        (None, 7)
    """
    forms = entry.record.get("keras", {})
    if form not in forms:
        raise ExplanationError(
            f'The model {entry.name} has no Keras form "{form}": choose another model.'
        )
    path = verify_file(entry.path.with_name(forms[form]["file"]), forms[form]["sha256"])
    from qana.network.quantizeml_loading import load_model

    return load_model(str(path))


def quantize_to_4_bits(network: Any, photos: np.ndarray) -> Any:
    """Quantizes a float network to 4-bit weights and activations, without any training.

    Args:
        network: float Keras model. The weights of its first layer get 8 bits.
        photos: (N, S, S, 3) uint8, 0 to 255, to calibrate the ranges of the activations.

    Returns:
        Quantized Keras model.
    """
    from qana.network.quantizeml_loading import QuantizationParams, quantize

    bits = QuantizationParams(input_weight_bits=8, weight_bits=4, activation_bits=4)
    return quantize(network, qparams=bits, samples=photos, num_samples=len(photos), batch_size=32)


def silence_tensorflow() -> None:
    """Silences TensorFlow's log and warnings. Call it before TensorFlow is first imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # The models are stored as .h5, which other programs read. Keras warns at every save.
    warnings.filterwarnings("ignore", message="You are saving your model as an HDF5 file")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
