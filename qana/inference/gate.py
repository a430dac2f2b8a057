"""The gate: whether a picture is a dermatoscopic lesion at all, by the spiking network's own view.

A network gives one of its classes to any picture, a page of text too. The activations that enter
its last dense layer differ, though, and one weighted sum tells them apart. It needs the integers
that are computed anyway and as many products as there are, so it costs nothing.
"""

import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from qana.inference.manifest import ModelEntry, ModelError
from qana.inference.model_store import verified_bytes

MOST_BYTES = 1_000_000
"""Of any array of a gate, unpacked; a true one has a few thousand."""


@dataclass(frozen=True)
class Gate:
    """A weighted sum of the activations' roots and the least sum that passes.

    Attributes:
        weights: (F,) float64, one for each activation that enters the last dense layer.
        bias: added to the weighted sum; the score is the log-odds of "a lesion".
        threshold: the least score that passes, chosen on validation lesions.
    """

    weights: np.ndarray
    bias: float
    threshold: float

    def scores(self, features: np.ndarray) -> np.ndarray:
        """(N, F) integers of the network to (N,) float64 log-odds."""
        return roots(features) @ self.weights + self.bias

    def passes(self, features: np.ndarray) -> np.ndarray:
        """(N, F) integers of the network to (N,) bool, True for a dermatoscopic lesion."""
        return self.scores(features) >= self.threshold

    def write(self, path: Path) -> None:
        """Writes the gate as .npz; equal gates make equal bytes."""
        np.savez(path, weights=self.weights, bias=self.bias, threshold=self.threshold)


def roots(features: np.ndarray) -> np.ndarray:
    """Signed square roots, float64: no single large activation may decide.

    Power normalization: Perronnin, Sanchez and Mensink, "Improving the Fisher Kernel for
    Large-Scale Image Classification", ECCV 2010.
    """
    values = features.astype(np.float64)
    return np.sign(values) * np.sqrt(np.abs(values))


def read_gate(entry: ModelEntry) -> Gate | None:
    """The gate that the manifest names beside a model; None where it names none.

    Raises:
        ModelError: its file is missing, changed, or no gate.
    """
    if entry.gate is None:
        return None
    data = verified_bytes(*entry.gate)
    try:
        return _gate(data)
    except Exception:  # numpy and zip raise whatever they do; none of it is the user's
        raise ModelError(
            f"{entry.gate[0].name} is no gate of this version: make it again with "
            "`python -m qana gate`."
        ) from None


def _gate(data: bytes) -> Gate:
    """The gate in a file's bytes; raises anything where it is none. Nothing large is unpacked, and
    no pickle ever is."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if any(part.file_size > MOST_BYTES for part in archive.infolist()):
            raise ValueError
    with np.load(BytesIO(data), allow_pickle=False) as stored:
        weights = stored["weights"].astype(np.float64, casting="safe")
        gate = Gate(weights, float(stored["bias"]), float(stored["threshold"]))
    if weights.ndim != 1 or not np.isfinite([*weights, gate.bias, gate.threshold]).all():
        raise ValueError
    return gate
