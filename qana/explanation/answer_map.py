"""Draws the map of an answer over its photo, as pages and reports show it."""

from functools import lru_cache

import akida
import numpy as np

from qana.classes import LABELS
from qana.errors import ExplanationError
from qana.explanation.akida_map import AkidaMap
from qana.explanation.heatmap import overlay_map
from qana.inference.diagnosis import Diagnosis


def draw_answer_map(diagnosis: Diagnosis) -> np.ndarray | None:
    """Draws the map of the likeliest class over the photo.

    Args:
        diagnosis: with an answer.

    Returns:
        (S, S, 3) uint8 RGB; None where the network that answered has no map.
    """
    akida_map = load_map(diagnosis.classifier.layers)
    if akida_map is None or diagnosis.prediction is None:
        return None
    label = LABELS.index(diagnosis.top[0][0])
    return overlay_map(
        diagnosis.square, akida_map.compute_grad_cam(diagnosis.prediction.outputs, label)
    )


@lru_cache(maxsize=4)
def load_map(layers: tuple[akida.Layer, ...]) -> AkidaMap | None:
    """Reads the map of a model from its layers, once; None where its head has none."""
    try:
        return AkidaMap(layers)
    except ExplanationError:
        return None
