"""A deployed model of Akida 1.0 that can learn: its front, its rule and the head it starts with."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import akida
import numpy as np

from qana.edge_learning.head import Head, HeadError
from qana.edge_learning.head_files import from_bytes
from qana.edge_learning.learning_layer import EdgeEngine
from qana.imaging import to_input
from qana.inference.events import LayerTap
from qana.inference.load_engine import load_networks
from qana.inference.manifest import AKIDA1, MANIFEST, ModelEntry, ModelError, find_entry, named_file
from qana.inference.model_store import verified_bytes


@dataclass(frozen=True)
class EdgeModel:
    """What all who teach share; heads are theirs.

    Attributes:
        entry: of the deployed model.
        front: SHA-256 of the network in front of the head; heads belong to one.
        start: the head that has learned the seven classes.
        engine: for photos, on a chip or in the simulator.
        heads: for spikes that were made before, in the simulator.
        record: the manifest's "edge" of that model.
        network: photos to spikes, in the simulator.
    """

    entry: ModelEntry
    front: str
    start: Head
    engine: EdgeEngine = field(repr=False)
    heads: EdgeEngine = field(repr=False)
    record: dict[str, Any] = field(repr=False)
    network: akida.Model = field(repr=False)
    _tap: LayerTap = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def inputs(self, image: np.ndarray) -> np.ndarray:
        """(H, W, 3) uint8 RGB of any size to (1, S, S, 3) uint8, its centre square."""
        return to_input(image, self.entry.input_shape[0])[None]

    def spikes(self, inputs: np.ndarray) -> np.ndarray:
        """(N, S, S, 3) uint8 to (N, 1, 1, K) uint8, 0 or 1: what the head reads, for `heads`."""
        with self._lock:
            return self.network.forward(inputs)

    def events(self, inputs: np.ndarray) -> int:
        """Events of all layers before the head for one photo, (1, S, S, 3) uint8; counted by the
        simulator, as for `AkidaClassifier`."""
        with self._lock:
            outputs = self._tap.outputs(inputs[0])
        return sum(int(np.count_nonzero(output)) for output in outputs.values())


def load_edge_model(name: str = AKIDA1, folder: Path | None = None) -> EdgeModel:
    """Loads the network with its head.

    Args:
        name: of a model for Akida 1.0.
        folder: models folder; None for the project's.

    Raises:
        ModelError: there is no such model, it cannot learn, or a file is missing or changed.
    """
    entry = find_entry(name, folder)
    record = entry.record.get("edge")
    if record is None:
        raise ModelError(
            f"The model {name} has no edge head: choose one for Akida 1.0, or make it with "
            f"`python -m qana edge --model {name}`."
        )
    try:
        front, stored = (named_file(entry.path.parent, part) for part in (record, record["head"]))
    except (KeyError, TypeError, ValueError):
        raise ModelError(
            f"The list of models, {MANIFEST}, is damaged where it names the edge head of {name}: "
            "restore it from the repository."
        ) from None
    network, below, tapped = load_networks(*front, entry.input_shape, count=3)
    try:
        start = from_bytes(verified_bytes(*stored), front[1])
        engine = EdgeEngine(below, start.rule)
    except HeadError:
        raise ModelError(
            f"{front[0].name} or {stored[0].name} was made by another version: install the pinned "
            "requirements or make the edge head again."
        ) from None
    return EdgeModel(
        entry=entry,
        front=front[1],
        start=start,
        engine=engine,
        heads=EdgeEngine(start.spikes, start.rule),
        record=record,
        network=network,
        _tap=LayerTap(tapped),
    )
