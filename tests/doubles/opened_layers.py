"""The layers of the deployed network, opened on a sample."""

import numpy as np
import pytest

from qana.data.samples import load_calibration_photos
from qana.inference.manifest import find_entry
from qana.walkthrough.float_layers import FloatNetwork, load_float_network
from qana.walkthrough.folding import LAYERS, Activations

MODEL = "akida2"
STEM = LAYERS[0]


@pytest.fixture(scope="module")
def opened() -> FloatNetwork:
    return load_float_network(MODEL, find_entry(MODEL).sha256)


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    """(128, 128, 3) uint8: a sample, as the network reads it."""
    return load_calibration_photos()[0]


@pytest.fixture(scope="module")
def found(opened: FloatNetwork, photo: np.ndarray) -> dict[str, Activations]:
    """Each layer, opened with NumPy."""
    photos = load_calibration_photos()
    highest = opened.find_highest(photos)
    return {layer: opened.open_layer(photo, layer, highest, len(photos)) for layer in LAYERS}
