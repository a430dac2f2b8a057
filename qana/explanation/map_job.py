"""Computes a map of the grad-cam package as a job of the background worker.

This module imports torch only when a map is made, and TensorFlow never.
"""

import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from qana.errors import ExplanationError
from qana.inference.manifest import ModelEntry, find_same_entry
from qana.jobs.cache import Cache
from qana.jobs.worker import ProgressCallback

if TYPE_CHECKING:
    from qana.explanation.explained_network import ExplainedNetwork

METHODS = ("Grad-CAM", "Grad-CAM++", "LayerCAM", "Eigen-CAM", "Score-CAM")
"""Keys of `qana.explanation.grad_cam.METHODS`, which needs torch."""
LAST_LAYER = "head_features_relu"
"""Layer with the last feature map. Grad-CAM of this layer equals the Akida map."""
LAYERS = {
    "qana": (
        "block1_expand_relu",
        "attention40_add",
        "attention80_add",
        "excitation_add",
        LAST_LAYER,
    ),
    "qana_sequential": (
        "block3_relu",
        "attention40_relu",
        "attention80_relu",
        "attention112_relu",
        LAST_LAYER,
    ),
}
"""Architecture to layers with a map, one for each resolution, in the order of the network."""


def list_layers(entry: ModelEntry) -> tuple[str, ...]:
    """Lists the layers of a model's Keras forms that have a map.

    Args:
        entry: the model.

    Returns:
        Names of the layers, in the order of the network.

    Raises:
        ExplanationError: the architecture of the model is unknown.
    """
    architecture = entry.record.get("architecture")
    if architecture not in LAYERS:
        raise ExplanationError(
            f"The layers of {entry.name} cannot be explained: choose the Akida map or occlusion."
        )
    return LAYERS[architecture]


def make_map(
    cache: Cache,
    progress: ProgressCallback,
    model: str,
    form: str,
    method: str,
    layer: str,
    inputs: np.ndarray,
    label: int,
    sha256: str | None = None,
) -> tuple[np.ndarray, float]:
    """Computes one map of one photo.

    Args:
        cache: keeps the loaded network for the next map.
        progress: receives a text and the finished share of the work, 0 to 1.
        model: name of the model.
        form: "float" or "quantized".
        method: one of `METHODS`.
        layer: one of `list_layers`.
        inputs: (S, S, 3) uint8, input of the network.
        label: index into `qana.classes.LABELS`.
        sha256: SHA-256 of the .fbz file that gave the answer, 64 hex digits. None to skip the
            check.

    Returns:
        (S, S) float32 map, 0 to 1, and the seconds that the method took, without loading.

    Raises:
        ExplanationError: there is no such Keras form, method or layer.
        ModelError: the model is missing or has changed, or it is not the one that gave the answer.
    """
    entry = find_same_entry(model, sha256)
    network = load_network_once(cache, entry, form, progress)
    from qana.explanation.grad_cam import compute_maps

    progress(f"{method} on the {form} network", 0.5)
    start = time.perf_counter()
    values = compute_maps(
        network,
        method,
        layer,
        inputs[None],
        np.array([label]),
        lambda share: progress(f"{method}: the network runs once for each channel", share),
    )[0]
    return values, time.perf_counter() - start


def prepare_maps(
    cache: Cache, progress: ProgressCallback, model: str, sha256: str | None = None
) -> None:
    """Loads what the first map needs, before a visitor asks for one.

    Args:
        cache: keeps the loaded networks.
        progress: as in `make_map`.
        model: name of the model.
        sha256: as in `make_map`.
    """
    entry = find_same_entry(model, sha256)
    for form in entry.record.get("keras", {}):
        load_network_once(cache, entry, form, progress)


def can_make_maps() -> bool:
    """Finds out, without loading them, whether the packages of the maps are installed."""
    try:
        return all(map(find_spec, ("torch", "pytorch_grad_cam", "h5py")))
    except ModuleNotFoundError:  # an import hook refuses them
        return False


def load_network_once(
    cache: Cache, entry: ModelEntry, form: str, progress: ProgressCallback
) -> "ExplainedNetwork":
    """Loads torch, grad-cam and a Keras form, each once.

    Args:
        cache: keeps the network.
        entry: the model.
        form: "float" or "quantized".
        progress: as in `make_map`.

    Raises:
        ExplanationError: the model has no such form.
        ModelError: its file is missing or changed.
    """
    progress("Loading torch and grad-cam", 0.05)
    import qana.explanation.grad_cam  # noqa: F401
    from qana.explanation.explained_network import load_explained_network

    progress(f"Loading the {form} network", 0.4)
    key = ("explained", entry.sha256, form)
    return cache.get(key, lambda: load_explained_network(entry, form, list_layers(entry)))
