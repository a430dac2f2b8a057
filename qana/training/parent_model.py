"""A deployed model as the teacher of another one, and as the source of its first weights."""

from functools import cached_property
from pathlib import Path

import numpy as np
import tf_keras as keras

from qana.inference.manifest import find_entry
from qana.inference.model_store import verify_file
from qana.inference.temperature import softmax
from qana.network.quantizeml_loading import load_model


class ParentModel:
    """The float network of a deployed model."""

    def __init__(self, name: str, folder: Path | None = None) -> None:
        """Looks it up; the network is loaded when it is first needed.

        Args:
            name: of a model that the manifest of `folder` lists.
            folder: models folder; None for the project's.

        Raises:
            ModelError: no model has that name.
        """
        entry = find_entry(name, folder)
        record = entry.record["keras"]["float"]
        self._path, self.sha256 = entry.path.with_name(record["file"]), record["sha256"]
        self.input_size = entry.input_shape[0]

    @cached_property
    def network(self) -> keras.Model:
        """(N, S, S, 3) image, 0 to 255, to (N, 7) logits.

        Raises:
            ModelError: its file is missing or changed.
        """
        return load_model(str(verify_file(self._path, self.sha256)))

    def predict_probabilities(self, pictures: np.ndarray) -> np.ndarray:
        """(B, S, S, 3) uint8 to (B, 7) float32, each row summing to 1."""
        logits = self.network(pictures.astype(np.float32), training=False)
        return softmax(logits.numpy()).astype(np.float32)
