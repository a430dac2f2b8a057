"""Loads a deployed model of Akida 1.0 with its edge head."""

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import akida
import numpy as np

from qana.edge_learning.edge_engine import EdgeEngine, make_spike_input
from qana.edge_learning.head import Head, HeadError
from qana.edge_learning.head_files import decode_head
from qana.errors import ModelError
from qana.imaging import to_input
from qana.inference.events import LayerRecorder
from qana.inference.load_network import load_networks
from qana.inference.manifest import AKIDA1, MANIFEST, ModelEntry, find_entry, read_file_record
from qana.inference.model_store import read_verified_bytes


@dataclass(frozen=True)
class EdgeModel:
    """A deployed model that can learn. It can be shared by threads.

    Photos pass through the spike network, which maps them to K spikes. The head reads the spikes.
    Every user has a head of their own; the model is shared.

    Attributes:
        entry: entry of the model in the manifest.
        front_sha256: SHA-256 of the spike network, 64 hex digits. A head works with one network.
        initial_head: head that has learned the seven classes.
        engine: learns and recognizes photos, on a chip or in the simulator.
        spike_engine: learns and recognizes precomputed spikes, with identical results.
        record: value of "edge" of this model in the manifest.
        spike_network: maps photos to spikes, in the simulator.
    """

    entry: ModelEntry
    front_sha256: str
    initial_head: Head
    engine: EdgeEngine = field(repr=False)
    spike_engine: EdgeEngine = field(repr=False)
    record: dict[str, Any] = field(repr=False)
    spike_network: akida.Model = field(repr=False)
    _recorder: LayerRecorder = field(repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def to_inputs(self, image: np.ndarray) -> np.ndarray:
        """Crops the centre square of a photo and resizes it to the input of the network.

        Args:
            image: (H, W, 3) uint8 RGB, of any size.

        Returns:
            (1, S, S, 3) uint8.
        """
        return to_input(image, self.entry.input_shape[0])[None]

    def compute_spikes(self, inputs: np.ndarray) -> np.ndarray:
        """Computes the spikes that the head reads, in the simulator.

        Args:
            inputs: (N, S, S, 3) uint8.

        Returns:
            (N, 1, 1, K) uint8, 0 or 1, for `spike_engine`.
        """
        with self._lock:
            return self.spike_network.forward(inputs)

    def count_events(self, inputs: np.ndarray) -> int:
        """Counts the events of all layers before the head for one photo, in the simulator.

        Args:
            inputs: (1, S, S, 3) uint8.

        Returns:
            Number of activations that are not zero.
        """
        with self._lock:
            outputs = self._recorder.record(inputs[0])
        return sum(int(np.count_nonzero(output)) for output in outputs.values())


def load_edge_model(name: str = AKIDA1, folder: Path | None = None) -> EdgeModel:
    """Loads a model with its edge head.

    Args:
        name: name of a model for Akida 1.0.
        folder: folder of the models. None for the models of the project.

    Returns:
        The model, on a chip if one is connected.

    Raises:
        ModelError: there is no such model, it has no edge head, or a file is missing or has
            changed.
    """
    entry = find_entry(name, folder)
    record = entry.record.get("edge")
    if record is None:
        raise ModelError(
            f"The model {name} has no edge head: choose one for Akida 1.0, or make it with "
            f"`python -m qana edge --model {name}`."
        )
    try:
        front, stored = (
            read_file_record(entry.path.parent, part) for part in (record, record["head"])
        )
    except (KeyError, TypeError, ValueError):
        raise ModelError(
            f"The record of the edge head of {name} in {MANIFEST} is damaged: restore the file "
            "from the repository."
        ) from None
    # Three copies: the engine appends its layer to one, and each of the others has its own state.
    spike_network, engine_network, recorded = load_networks(*front, entry.input_shape, count=3)
    try:
        head = decode_head(read_verified_bytes(*stored), front[1])
        engine = EdgeEngine(engine_network, head.rule)
    except HeadError:
        raise ModelError(
            f"{front[0].name} or {stored[0].name} was made by another version: install the pinned "
            "requirements or make the edge head again."
        ) from None
    return EdgeModel(
        entry=entry,
        front_sha256=front[1],
        initial_head=head,
        engine=engine,
        spike_engine=EdgeEngine(make_spike_input(head.spike_count), head.rule),
        record=record,
        spike_network=spike_network,
        _recorder=LayerRecorder(recorded),
    )
