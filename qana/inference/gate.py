"""The gate: decides whether a picture shows a lesion at all.

A network gives one of its classes to any picture, even to a page of text. But the activations that
enter its last dense layer differ, and one weighted sum tells lesions from other pictures. The
integers are computed anyway, so the gate costs almost nothing.
`qana.training.fit_not_a_lesion_gate` fits it.
"""

import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from qana.errors import ModelError
from qana.inference.manifest import ModelEntry
from qana.inference.model_store import read_verified_bytes

MOST_BYTES = 1_000_000
"""Size limit of an array in a gate file, unpacked. A real one has a few thousand bytes."""
THRESHOLDS = ("threshold", "field_threshold")


@dataclass(frozen=True)
class Gate:
    """A weighted sum of activations, and the smallest sum that passes.

    Attributes:
        weights: (F,) float64, one for each activation that enters the last dense layer.
        bias: is added to the weighted sum. The score is the log-odds of "a lesion".
        threshold: the smallest score that passes, chosen on validation lesions.
        field_threshold: the smallest score that passes for what was cut from the lit field inside
            the surround of a dermatoscope. Few other pictures have such a surround, so less is
            asked of them.
    """

    weights: np.ndarray
    bias: float
    threshold: float
    field_threshold: float

    def score(self, features: np.ndarray) -> np.ndarray:
        """Scores pictures: (N, F) integers of the network to (N,) float64 log-odds."""
        return take_roots(features) @ self.weights + self.bias

    def passes(self, features: np.ndarray, in_lit_field: np.ndarray | bool) -> np.ndarray:
        """Decides: (N, F) integers of the network to (N,) bool, True for a lesion.

        `in_lit_field` says, for each or for all, whether a picture was cut from a lit field.
        """
        return self.score(features) >= np.where(in_lit_field, self.field_threshold, self.threshold)

    def write(self, path: Path) -> None:
        """Writes the gate as .npz. Equal gates make equal bytes."""
        numbers = {name: getattr(self, name) for name in ("bias", *THRESHOLDS)}
        np.savez(path, weights=self.weights, **numbers)


def take_roots(features: np.ndarray) -> np.ndarray:
    """Takes signed square roots, so that no single large activation decides.

    Any integer array to float64 of the same shape.

    Power normalization: Perronnin, Sanchez and Mensink, "Improving the Fisher Kernel for
    Large-Scale Image Classification", ECCV 2010.
    """
    values = features.astype(np.float64)
    return np.sign(values) * np.sqrt(np.abs(values))


def read_gate(entry: ModelEntry) -> Gate | None:
    """Reads the gate of a model.

    Returns:
        The gate; None where the manifest names none.

    Raises:
        ModelError: the file is missing, changed, or not a gate.
    """
    if entry.gate is None:
        return None
    data = read_verified_bytes(*entry.gate)
    try:
        return _parse(data)
    except Exception:  # numpy and zipfile raise many kinds; the user needs one sentence
        raise ModelError(
            f"{entry.gate[0].name} was made by another version: make it again with "
            "`python -m qana gate`."
        ) from None


def _parse(data: bytes) -> Gate:
    """Parses a gate file; raises anything if it is not one. Unpacks nothing large, no pickle."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if any(part.file_size > MOST_BYTES for part in archive.infolist()):
            raise ValueError
    with np.load(BytesIO(data), allow_pickle=False) as stored:
        weights = stored["weights"].astype(np.float64, casting="safe")
        # Gates of earlier versions have one threshold for all pictures.
        thresholds = [
            float(stored[name if name in stored else THRESHOLDS[0]]) for name in THRESHOLDS
        ]
        gate = Gate(weights, float(stored["bias"]), *thresholds)
    if weights.ndim != 1 or not np.isfinite([*weights, gate.bias, *thresholds]).all():
        raise ValueError
    return gate
