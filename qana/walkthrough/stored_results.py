"""Reads what the chapters of Convert need and no visitor should wait for.

`python -m qana walkthrough` computes it once for the deployed network, in minutes. It is stored in
assets/walkthrough/: a JSON file, and the network with each pair of bits as an .fbz file. The files
name the weights that they belong to, so results of earlier weights are never shown.
"""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import akida
import msgspec
import numpy as np

from qana.classes import LABELS
from qana.data.balanced_subset import PER_CLASS
from qana.errors import UserError
from qana.inference.load_network import load_networks
from qana.inference.manifest import ModelEntry
from qana.resources import ASSETS
from qana.typed_json import convert_record
from qana.walkthrough.agreement import Agreement
from qana.walkthrough.bit_widths import CHOICES, QuantizedAnswers
from qana.walkthrough.bit_widths import LAYERS as WEIGHTED
from qana.walkthrough.conversion_cases import CASES, ConversionOutcome
from qana.walkthrough.event_budget import Saving
from qana.walkthrough.folding import LAYERS as RECTIFIED
from qana.walkthrough.outcome_json import Record, decode_answers, decode_floats

FOLDER = ASSETS / "walkthrough"
COMMAND = "python -m qana walkthrough"
FLOAT = "float"
Bits = tuple[int, int]
"""Bits of the weights and of the activations."""
PAIRS: tuple[Bits, ...] = tuple(
    (weights, activations) for weights in CHOICES for activations in CHOICES
)


class StaleResultsError(UserError):
    """Stored results that are missing, damaged, or of other weights."""


@dataclass(frozen=True, eq=False)
class StoredResults:
    """The stored results of one deployed network.

    Attributes:
        entry: the network.
        answers: of the network with each of `PAIRS`, on the balanced subset.
        float_answers: of the float network.
        deployed: (63, 7) float32 logits of the deployed network on the balanced subset.
        cases: key of a `BlockForm` to the outcome of its conversion.
        agreements: digest of each sample to the comparison of Keras and Akida.
        highest: of `qana.walkthrough.float_layers.FloatNetwork.find_highest`.
        lossy_blocks: digest of a sample to what `find_lossy_blocks` found.
        savings: digest of a sample to what `find_saving` found.
    """

    entry: ModelEntry
    answers: Mapping[Bits, QuantizedAnswers]
    float_answers: QuantizedAnswers
    deployed: np.ndarray
    cases: Mapping[str, ConversionOutcome]
    agreements: Mapping[str, Agreement]
    highest: Mapping[str, np.ndarray]
    lossy_blocks: Mapping[str, tuple[str, ...] | None]
    savings: Mapping[str, Saving]
    _digests: Mapping[Bits, str] = field(repr=False)
    _networks: dict[Bits, akida.Model] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def answer_photo(self, inputs: np.ndarray, bits: Bits) -> np.ndarray:
        """Classifies one photo with the network of a pair of bits, in the Akida engine.

        Several threads may call it, one after the other. A network is loaded at its first photo.

        Args:
            inputs: (S, S, 3) uint8 network input.
            bits: one of `PAIRS`.

        Returns:
            (7,) float32 logits.

        Raises:
            ModelError: the network's file is missing or changed.
        """
        with self._lock:
            if bits not in self._networks:
                path = locate_network(self.entry.name, bits)
                loaded = load_networks(path, self._digests[bits], self.entry.input_shape, 1)
                self._networks[bits] = loaded[0]
            logits: np.ndarray = self._networks[bits].predict(inputs[None]).reshape(-1)
        return logits


@dataclass(frozen=True)
class _Document:
    """What the JSON file holds."""

    answers: dict[str, Record]
    deployed: list[list[float]]
    cases: dict[str, ConversionOutcome]
    agreements: dict[str, Agreement]
    highest: dict[str, list[float]]
    lossy_blocks: dict[str, tuple[str, ...] | None]
    savings: dict[str, Saving]
    networks: dict[str, str]


def locate_results(model: str) -> Path:
    """Returns the path of the JSON file of a model."""
    return FOLDER / f"{model}.json"


def locate_network(model: str, bits: Bits) -> Path:
    """Returns the path of the network with a pair of bits."""
    return FOLDER / f"{model}-w{bits[0]}-a{bits[1]}.fbz"


def compute_digest(inputs: np.ndarray) -> str:
    """Computes the key of a photo: 16 hex digits of the SHA-256 of its network input.

    Args:
        inputs: (S, S, 3) uint8 network input.
    """
    return hashlib.sha256(np.ascontiguousarray(inputs).tobytes()).hexdigest()[:16]


def read_stored_results(entry: ModelEntry) -> StoredResults:
    """Reads the stored results of a network.

    Args:
        entry: the network.

    Raises:
        StaleResultsError: the results are missing, damaged, or of other weights.
    """
    path = locate_results(entry.name)
    try:
        document = msgspec.json.decode(path.read_bytes())
        is_other = document["sha256"] != entry.sha256
        stored = None if is_other else _decode(entry, document)
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise StaleResultsError(
            f"The stored results of this page, {path.name}, are missing or damaged: restore them "
            f"from the repository, or run `{COMMAND}`."
        ) from None
    if stored is None:
        raise StaleResultsError(
            f"The stored results of this page belong to other weights of {entry.name}: run "
            f"`{COMMAND}` to renew them."
        )
    return stored


def format_bits(bits: Bits) -> str:
    """Formats a pair of bits, such as "4/8"."""
    return f"{bits[0]}/{bits[1]}"


def _decode(entry: ModelEntry, document: Mapping[str, Any]) -> StoredResults:
    """Decodes the document; raises what `read_stored_results` catches."""
    records = convert_record(document, _Document, has_text_keys=True)
    answers = {bits: decode_answers(records.answers[format_bits(bits)]) for bits in PAIRS}
    forms = [form.key for case in CASES for form in (case.common, case.spiking)]
    stored = StoredResults(
        entry=entry,
        answers=answers,
        float_answers=decode_answers(records.answers[FLOAT]),
        deployed=decode_floats(records.deployed, 2),
        cases={key: records.cases[key] for key in forms},
        agreements=records.agreements,
        highest={name: decode_floats(records.highest[name], 1) for name in RECTIFIED},
        lossy_blocks=records.lossy_blocks,
        savings=records.savings,
        _digests={bits: records.networks[format_bits(bits)] for bits in PAIRS},
    )
    shapes = {one.logits.shape for one in (*answers.values(), stored.float_answers)}
    if shapes | {stored.deployed.shape} != {(PER_CLASS * len(LABELS), len(LABELS))}:
        raise ValueError("the logits have another shape")
    if any(one.weights.keys() != WEIGHTED.keys() for one in answers.values()):
        raise ValueError("the weights are of other layers")
    if not all(0 <= one.share <= 1 for one in stored.savings.values()):
        raise ValueError("a share is out of range")
    return stored
