"""Loads a deployed model as the teacher of another one and as the source of its first weights."""

from functools import cached_property
from pathlib import Path

import numpy as np
import tf_keras as keras

from qana.inference.manifest import find_entry
from qana.inference.model_store import verify_file
from qana.inference.temperature import softmax
from qana.network.keras_forms import locate_keras_form
from qana.network.quantizeml_loading import load_model


class ParentModel:
    """Float network of a deployed model.

    Attributes:
        sha256: hash of the file of the float network, 64 hex digits.
        input_size: side of the input in pixels.
    """

    def __init__(self, name: str, folder: Path | None = None) -> None:
        """Looks up the model. Its network is loaded on first use.

        Args:
            name: name of a model in the manifest of `folder`.
            folder: models folder. None for the one of the project.

        Raises:
            ExplanationError: the model has no float form.
            ModelError: no model has this name, or its record is damaged.
        """
        entry = find_entry(name, folder)
        self._path, self.sha256 = locate_keras_form(entry, "float")
        self.input_size = entry.input_shape[0]

    @cached_property
    def network(self) -> keras.Model:
        """Keras network: (N, S, S, 3) float32, 0 to 255, to (N, 7) logits.

        Raises:
            ModelError: the file is missing or changed.
        """
        return load_model(str(verify_file(self._path, self.sha256)))

    def predict_probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """Computes class probabilities.

        Args:
            pictures: (B, S, S, 3) uint8 RGB.

        Returns:
            (B, 7) float32, each row summing to 1.

        Raises:
            ModelError: the file of the network is missing or changed.
        """
        logits = self.network(pictures.astype(np.float32), training=False)
        return softmax(logits.numpy()).astype(np.float32)
