"""The Keras forms of a deployed model, and the one that more quantization would make of it."""

import logging
import os
import warnings
from typing import Any

import numpy as np

from qana.errors import ExplanationError
from qana.inference.manifest import ModelEntry
from qana.inference.model_store import verified_file

LAST = "head_features_relu"
"""The last feature map: Grad-CAM there is what the Akida map shows."""
LAYERS = ("block3_depthwise_relu", "attention40_add", "attention80_add", "excitation_add", LAST)
"""One at each scale: places 16x16, 16x16, 8x8, 8x8, 8x8."""
CALIBRATION_PHOTOS = 128


def load_form(entry: ModelEntry, form: str) -> Any:
    """A Keras model of the models folder; takes half a minute for "quantized".

    Args:
        entry: the deployed model.
        form: "float" or "quantized".

    Raises:
        ExplanationError: the model has no Keras form.
        ModelError: its file is missing or changed.
    """
    forms = entry.record.get("keras", {})
    if form not in forms:
        raise ExplanationError(f"The model {entry.name} has no Keras form to explain.")
    path = verified_file(entry.path.with_name(forms[form]["file"]), forms[form]["sha256"])
    from qana.network.quantizeml_loading import load_model

    return load_model(str(path))


def four_bits(network: Any, photos: np.ndarray) -> Any:
    """A float network after post-training quantization to 4-bit weights and activations.

    Args:
        network: float Keras model; its first layer keeps 8-bit weights.
        photos: (N, S, S, 3) uint8 that ranges are taken from.
    """
    from qana.network.quantizeml_loading import QuantizationParams, quantize

    bits = QuantizationParams(input_weight_bits=8, weight_bits=4, activation_bits=4)
    return quantize(network, qparams=bits, samples=photos, num_samples=len(photos), batch_size=32)


def quiet_tensorflow() -> None:
    """Keeps TensorFlow's own lines off the terminal; call it before the first import of it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # The models folder keeps .h5, which other programs read; Keras warns at every save.
    warnings.filterwarnings("ignore", message="You are saving your model as an HDF5 file")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
