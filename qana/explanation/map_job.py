"""A map of the grad-cam package, as a task of the workshop."""

import time
from typing import Any

import numpy as np

from qana.errors import ExplanationError
from qana.inference.manifest import ModelEntry, ModelError, find_entry
from qana.jobs.cache import Store, load_form_once
from qana.jobs.worker import Tell

METHODS = ("Grad-CAM", "Grad-CAM++", "LayerCAM", "Eigen-CAM", "Score-CAM")
LAST = "head_features_relu"
"""Last feature map of the network; Grad-CAM there equals the map that Akida's integers give."""
LAYERS = {
    "qana": ("block3_depthwise_relu", "attention40_add", "attention80_add", "excitation_add", LAST),
    "qana_sequential": (
        "block3_relu",
        "attention40_relu",
        "attention80_relu",
        "attention112_relu",
        LAST,
    ),
}
"""Layers to draw a map at, by architecture, from the pixels on: one at each scale."""


REPLACED = (
    "The model was replaced after it gave this answer, and a map of the new one would not explain "
    "it: restart the app."
)


def list_layers(entry: ModelEntry) -> tuple[str, ...]:
    """Lists the layers of a model's Keras forms at which maps are drawn.

    Raises:
        ExplanationError: maps of this architecture are not made.
    """
    architecture = entry.record.get("architecture")
    if architecture not in LAYERS:
        raise ExplanationError(f"{entry.name} has an architecture whose layers are not explained.")
    return LAYERS[architecture]


def make_map(
    store: Store,
    tell: Tell,
    model: str,
    form: str,
    method: str,
    layer: str,
    inputs: np.ndarray,
    label: int,
    sha256: str | None = None,
) -> tuple[np.ndarray, float]:
    """One map of one photo.

    Args:
        store: keeps the network.
        tell: takes progress.
        model: name in the models folder.
        form: "float" or "quantized".
        method: one of `qana.explanation.map_job.METHODS`.
        layer: one of `list_layers`.
        inputs: (S, S, 3) uint8, as the network reads it.
        label: class, an index into `qana.classes.LABELS`.
        sha256: of the .fbz whose answer is explained, 64 hex digits; None for no certain answer.

    Returns:
        (S, S) float32 map, 0 to 1, and the seconds that it alone took, without loading.

    Raises:
        UserError: the model has no such form, its file is missing or changed, or the models
            folder holds another network than the one that answered.
    """
    entry = find_entry(model)
    if sha256 not in (None, entry.sha256):
        raise ModelError(REPLACED)
    key = ("explained", entry.sha256, form)
    network = store.get(key, lambda: _prepared(store, entry, form, tell))
    from qana.explanation.grad_cam import compute_maps

    tell(f"{method} on the {form} network", 0)
    start = time.perf_counter()
    values = compute_maps(
        network,
        method,
        layer,
        inputs[None],
        np.array([label]),
        lambda share: tell(f"{method}: the network is asked once a channel", share),
    )[0]
    return values, time.perf_counter() - start


def _prepared(store: Store, entry: ModelEntry, form: str, tell: Tell) -> Any:
    tell("Loading TensorFlow", 0.05)
    from qana.explanation.keras_gradients import KerasNetwork

    tell("Loading torch and grad-cam", 0.25)
    import qana.explanation.grad_cam  # noqa: F401

    tell(f"Loading the {form} network", 0.4)
    network = KerasNetwork(load_form_once(store, entry, form), list_layers(entry))
    tell("Preparing its gradients", 0.7)
    blank = np.zeros((1, *entry.input_shape), np.float32)
    network.gradients(blank, np.zeros((1, 7), np.float32))
    network.logits(blank)
    return network
