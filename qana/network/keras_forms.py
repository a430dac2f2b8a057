"""Loads the Keras forms of a deployed model, float and quantized.

TensorFlow is imported when a form is loaded and not before.
"""

import logging
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from qana.errors import ExplanationError, ModelError
from qana.inference.manifest import MANIFEST, ModelEntry, read_file_record
from qana.inference.model_store import verify_file

CALIBRATION_PHOTOS = 128
"""Number of photos for `quantize_to_4_bits`."""


def locate_keras_form(entry: ModelEntry, form: str) -> tuple[Path, str]:
    """Returns the path of a Keras form of a deployed model, and the SHA-256 that it must have.

    Args:
        entry: entry of the deployed model.
        form: "float" or "quantized".

    Raises:
        ExplanationError: the deployed model has no such form.
        ModelError: the record of the form is damaged.
    """
    forms = entry.record.get("keras", {})
    try:
        found = forms.get(form)
        if found is not None:
            return read_file_record(entry.path.parent, found)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ModelError(
            f"The record of the Keras forms of {entry.name} in {MANIFEST} is damaged: restore the "
            "file from the repository."
        ) from None
    raise ExplanationError(
        f'The model {entry.name} has no Keras form "{form}": choose another model.'
    )


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
        ModelError: the file is missing or changed, or its record is damaged.

    Example:
        >>> load_keras_form(find_entry("akida2"), "float").output_shape
        (None, 7)
    """
    path = verify_file(*locate_keras_form(entry, form))
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
