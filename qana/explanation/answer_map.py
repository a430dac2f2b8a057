"""The photo under the map of what spoke for its answer, as pages and reports show it."""

from collections.abc import Sequence
from functools import lru_cache

import akida
import numpy as np

from qana.classes import LABELS
from qana.errors import ExplanationError
from qana.explanation.akida_map import AkidaMap
from qana.explanation.heatmap import overlay
from qana.inference.classifier import Prediction


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
    head = map_of(tuple(layers))
    if head is None:
        return None
    label = LABELS.index(prediction.top[0][0])
    return overlay(shown, head.grad_cam(prediction.outputs, label))


@lru_cache(maxsize=4)
def map_of(layers: tuple[akida.Layer, ...]) -> AkidaMap | None:
    """The map of a model, read from its layers once; None where its head has none."""
    try:
        return AkidaMap(layers)
    except ExplanationError:
        return None
