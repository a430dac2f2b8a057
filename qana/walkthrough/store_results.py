"""Computes what `qana.walkthrough.stored_results` reads, with TensorFlow and the vendor's tools."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import akida
import numpy as np

from qana.data.balanced_subset import load_balanced_subset
from qana.data.samples import load_all_samples, load_calibration_photos, load_samples
from qana.imaging import read_image, to_input
from qana.inference.load_network import load_network
from qana.inference.manifest import ModelEntry, find_entry
from qana.inference.model_store import hash_file
from qana.jobs.cache import Cache
from qana.walkthrough.agreement_job import compare_networks
from qana.walkthrough.bit_widths_job import answer_subset, get_network
from qana.walkthrough.block_graph import build_block_graph
from qana.walkthrough.conversion_cases import CASES
from qana.walkthrough.conversion_cases_job import run_case
from qana.walkthrough.edited_network import EditableNetwork
from qana.walkthrough.event_budget import find_saving
from qana.walkthrough.few_bit_blocks import find_lossy_blocks
from qana.walkthrough.few_bit_conversion import convert_few_bits
from qana.walkthrough.float_layers import FloatNetwork
from qana.walkthrough.outcome_json import (
    Record,
    encode_agreement,
    encode_answers,
    encode_floats,
    encode_outcome,
)
from qana.walkthrough.stored_results import (
    COMMAND,
    FLOAT,
    FOLDER,
    PAIRS,
    Bits,
    compute_digest,
    format_bits,
    locate_network,
    locate_results,
)

Progress = Callable[[str], None]
"""Receives a line before each part."""


def store_results(model: str, progress: Progress) -> Path:
    """Computes and stores the results of a deployed network.

    After an interruption it continues: each part is stored as soon as it is computed.

    Args:
        model: name of the model.
        progress: receives a line before each part.

    Returns:
        Path of the JSON file.

    Raises:
        UserError: the model lacks a form, or a file is missing or changed.
        ConversionError: the network with a pair of bits does not compute on Akida as in Keras.
    """
    entry, cache, path = find_entry(model), Cache(), locate_results(model)
    FOLDER.mkdir(parents=True, exist_ok=True)
    document = Document(path.with_name(f"{path.name}.unfinished"), entry)
    photos, _labels = load_balanced_subset()
    document.add("deployed", lambda: encode_floats(_predict(load_network(entry), photos)))
    document.add("highest", lambda: _find_ranges(entry, progress))
    document.add("exercises", lambda: _search_exercises(entry, progress))
    document.add("cases", lambda: _run_cases(entry, cache, progress))
    document.add("agreements", lambda: _compare_samples(entry, cache, progress))
    document.add(FLOAT, lambda: encode_answers(answer_subset(cache, _ignore, model, 0, 0)))
    for bits in PAIRS:
        name = format_bits(bits)
        document.add(name, partial(_quantize_pair, entry, cache, progress, bits))
    document.finish(path)
    return path


class Document:
    """The results so far, in a file of their own until all are there."""

    def __init__(self, unfinished: Path, entry: ModelEntry) -> None:
        """Reads what an interrupted run has left for the same weights.

        Args:
            unfinished: file of the results so far.
            entry: the network.
        """
        self._path = unfinished
        self._parts: Record = {"model": entry.name, "sha256": entry.sha256, "command": COMMAND}
        try:
            left = json.loads(unfinished.read_bytes())
            if left["sha256"] == entry.sha256:
                self._parts = left
        except (OSError, ValueError, KeyError, TypeError):
            pass

    def add(self, name: str, compute: Callable[[], Any]) -> None:
        """Computes a part, unless it is there already, and stores it.

        Args:
            name: of the part.
            compute: computes it.
        """
        if name not in self._parts:
            self._parts[name] = compute()
            self._write()

    def finish(self, path: Path) -> None:
        """Writes the results as `qana.walkthrough.stored_results` reads them.

        Args:
            path: the file.
        """
        pairs = {format_bits(bits): self._parts.pop(format_bits(bits)) for bits in PAIRS}
        self._parts |= self._parts.pop("exercises")
        self._parts["networks"] = {name: pair["sha256"] for name, pair in pairs.items()}
        self._parts["answers"] = {FLOAT: self._parts.pop(FLOAT)} | {
            name: pair["answers"] for name, pair in pairs.items()
        }
        self._write()
        self._path.replace(path)

    def _write(self) -> None:
        text = json.dumps(self._parts, allow_nan=False) + "\n"
        self._path.write_text(text, encoding="utf-8")


def _find_ranges(entry: ModelEntry, progress: Progress) -> dict[str, Any]:
    progress("Finding the ranges of the activations")
    highest = FloatNetwork(entry).find_highest(load_calibration_photos())
    return {name: encode_floats(values) for name, values in highest.items()}


def _search_exercises(entry: ModelEntry, progress: Progress) -> dict[str, Any]:
    """Searches a solution of the exercises for each dermatoscopic sample."""
    network = EditableNetwork(entry)
    lossy: dict[str, Any] = {}
    savings: dict[str, Any] = {}
    for number, sample in enumerate(samples := load_samples(), start=1):
        progress(f"Solving the exercises for sample {number} of {len(samples)}")
        inputs = to_input(read_image(sample.path), entry.input_shape[0])
        digest = compute_digest(inputs)
        graph = build_block_graph(list(network.layers.values()), network.run(inputs, {}).layers)
        lossy[digest] = find_lossy_blocks(network, graph, inputs)
        savings[digest] = asdict(find_saving(network, inputs))
    return {"lossy_blocks": lossy, "savings": savings}


def _run_cases(entry: ModelEntry, cache: Cache, progress: Progress) -> dict[str, Any]:
    found = {}
    for form in (form for case in CASES for form in (case.common, case.spiking)):
        progress(f"Converting the block {form.key}")
        found[form.key] = encode_outcome(run_case(cache, _ignore, entry.name, form.key))
    return found


def _compare_samples(entry: ModelEntry, cache: Cache, progress: Progress) -> dict[str, Any]:
    found = {}
    for number, sample in enumerate(samples := load_all_samples(), start=1):
        progress(f"Comparing Keras and Akida on sample {number} of {len(samples)}")
        inputs = to_input(read_image(sample.path), entry.input_shape[0])
        agreement = compare_networks(cache, _ignore, entry.name, inputs)
        found[compute_digest(inputs)] = encode_agreement(agreement)
    return found


def _quantize_pair(entry: ModelEntry, cache: Cache, progress: Progress, bits: Bits) -> Record:
    """Quantizes the float network to a pair of bits, and saves it for the Akida engine."""
    progress(f"Quantizing to {format_bits(bits)} bits")
    photos, _labels = load_balanced_subset()
    found = answer_subset(cache, _ignore, entry.name, *bits)
    sha256 = _save_network(entry, cache, bits, photos, found.logits)
    return {"answers": encode_answers(found), "sha256": sha256}


def _save_network(
    entry: ModelEntry, cache: Cache, bits: Bits, photos: np.ndarray, logits: np.ndarray
) -> str:
    quantized, _seconds = get_network(cache, _ignore, entry.name, *bits)
    path = locate_network(entry.name, bits)
    convert_few_bits(quantized, photos, logits).save(str(path))
    return hash_file(path)


def _predict(model: akida.Model, photos: np.ndarray) -> np.ndarray:
    logits: np.ndarray = model.predict(photos, batch_size=1).reshape(len(photos), -1)
    return logits


def _ignore(words: str, share: float) -> None:
    """Takes the progress of a job, which is too fine here."""
