"""The photo under the map of what spoke for its answer, as pages and reports show it."""

from collections.abc import Sequence

import akida
import numpy as np

from qana.explain.akida_map import AkidaMap
from qana.explain.errors import ExplanationError
from qana.explain.heat import overlay
from qana.labels import LABELS
from qana.spiking.classifier import Prediction


def answer_picture(
    shown: np.ndarray, prediction: Prediction, layers: Sequence[akida.Layer]
) -> np.ndarray | None:
    """The map of the likeliest class laid over the photo.

    Args:
        shown: (S, S, 3) uint8 RGB, the square that was classified.
        prediction: of it.
        layers: of the model that answered, as `AkidaClassifier.layers`.

    Returns:
        (S, S, 3) uint8 RGB; None for a model whose head has no map.
    """
    try:
        head = AkidaMap(layers)
    except ExplanationError:
        return None
    label = LABELS.index(prediction.top[0][0])
    return overlay(shown, head.grad_cam(prediction.outputs, label))
