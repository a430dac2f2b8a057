"""Lets the float network answer a photo, as a job of the background worker."""

from dataclasses import dataclass

import numpy as np

from qana.explanation.map_job import LAST_LAYER, load_network_once
from qana.inference.manifest import find_same_entry
from qana.inference.temperature import softmax
from qana.jobs.cache import Cache
from qana.jobs.worker import ProgressCallback


@dataclass(frozen=True, eq=False)
class FloatAnswer:
    """The answer of a float network to one photo.

    Attributes:
        logits: (7,) float32.
        probabilities: (7,) float64, with the temperature of the deployed model, which was fitted
            for its spiking form.
        values: (S, S) float32, Grad-CAM of one class at the last feature map, 0 to 1.
    """

    logits: np.ndarray
    probabilities: np.ndarray
    values: np.ndarray


def answer_float(
    cache: Cache,
    progress: ProgressCallback,
    model: str,
    inputs: np.ndarray,
    label: int,
    sha256: str | None = None,
) -> FloatAnswer:
    """Classifies a photo with the float network that a deployed model was made from.

    Args:
        cache: keeps the loaded network.
        progress: receives a text and the finished share of the work, 0 to 1.
        model: name of the model.
        inputs: (S, S, 3) uint8, input of the network.
        label: class of the map, an index into `qana.classes.LABELS`.
        sha256: SHA-256 of the .fbz file of the model, 64 hex digits. None to skip the check.

    Raises:
        ExplanationError: the model has no float form.
        ModelError: the model is missing or has changed.
    """
    entry = find_same_entry(model, sha256)
    network = load_network_once(cache, entry, "float", progress)
    import torch

    from qana.explanation.explained_network import use_one_thread
    from qana.explanation.grad_cam import compute_maps

    progress("The float network reads the photo", 0.6)
    images = torch.from_numpy(np.ascontiguousarray(inputs.transpose(2, 0, 1)[None]))
    with use_one_thread(), torch.inference_mode():
        logits = network(images).numpy()[0].astype(np.float32)
    values = compute_maps(network, "Grad-CAM", LAST_LAYER, inputs[None], np.array([label]))[0]
    return FloatAnswer(logits, softmax(logits, entry.temperature), values)
