"""Explains a diagnosis by the integers of the network that made it: `qana.explain`."""

import numpy as np

from qana.classes import LABELS
from qana.errors import ExplanationError
from qana.explanation.answer_map import load_map
from qana.explanation.heatmap import normalize_map, resize_map
from qana.inference.diagnosis import Diagnosis


def explain_diagnosis(diagnosis: Diagnosis, label: str | None = None) -> np.ndarray:
    """Computes the map of the evidence for a class.

    This is Grad-CAM at the last feature map. It is computed from the integers of this answer,
    without a gradient, TensorFlow or torch (see `qana.explanation.akida_map`).

    Args:
        diagnosis: with an answer.
        label: one of `qana.LABELS`; None for the likeliest class.

    Returns:
        (S, S) float32, 0 to 1, for the square that the network read: 1 at the place with the most
        evidence for the class, 0 at the place with the least. It is 0 everywhere if nothing in the
        photo supports the class.

    Raises:
        ExplanationError: the photo was rejected, the class is unknown, or the network has no
            map.

    Example:
        >>> heat = explain_diagnosis(diagnosis, label="mel")
        >>> heat.shape
        (128, 128)
    """
    prediction = diagnosis.prediction
    if prediction is None:
        raise ExplanationError(
            "This photo was rejected, so it has no answer to explain: classify it with "
            "`force=True`."
        )
    if label is not None and label not in LABELS:
        raise ExplanationError(f"There is no class '{label}': choose one of {', '.join(LABELS)}.")
    akida_map = load_map(diagnosis.classifier.layers)
    if akida_map is None:
        raise ExplanationError(
            f"The network {diagnosis.model} has no Akida map: choose another network."
        )
    index = LABELS.index(label or diagnosis.top[0][0])
    values = akida_map.compute_grad_cam(prediction.outputs, index)
    return resize_map(normalize_map(values), len(prediction.inputs)).astype(np.float32)
