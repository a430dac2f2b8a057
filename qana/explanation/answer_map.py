"""Draws the Akida map of a diagnosis over its photo, for pages and reports."""

from functools import lru_cache

import akida
import numpy as np

from qana.classes import LABELS
from qana.errors import ExplanationError
from qana.explanation.akida_map import AkidaMap
from qana.explanation.heatmap import is_empty_map, overlay_map
from qana.inference.diagnosis import Diagnosis


def draw_answer_map(diagnosis: Diagnosis) -> np.ndarray | None:
    """Draws the map of the most probable class over the photo.

    Args:
        diagnosis: diagnosis of the photo.

    Returns:
        (S, S, 3) uint8 RGB. None if the diagnosis has no prediction, the network has no map, or
        nothing in the photo supports the class.
    """
    akida_map = load_map(diagnosis.classifier.layers)
    if akida_map is None or diagnosis.prediction is None:
        return None
    label = LABELS.index(diagnosis.top[0][0])
    values = akida_map.compute_grad_cam(diagnosis.prediction.outputs, label)
    return None if is_empty_map(values) else overlay_map(diagnosis.square, values)


@lru_cache(maxsize=4)
def load_map(layers: tuple[akida.Layer, ...]) -> AkidaMap | None:
    """Reads the Akida map of a model from its layers, once for each model.

    Args:
        layers: layers of an Akida model, as `AkidaClassifier.layers`.

    Returns:
        The map, or None if the model does not end in an average and a linear layer.
    """
    try:
        return AkidaMap(layers)
    except ExplanationError:
        return None
