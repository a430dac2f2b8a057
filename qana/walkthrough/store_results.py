"""Computes what `qana.walkthrough.stored_results` reads, part by part."""

import json
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from qana.errors import UserError
from qana.inference.manifest import AKIDA2, ModelEntry, find_entry
from qana.network.keras_forms import silence_tensorflow
from qana.walkthrough.outcome_json import Record
from qana.walkthrough.stored_results import (
    COMMAND,
    FLOAT,
    FOLDER,
    PAIRS,
    format_bits,
    locate_results,
)

Progress = Callable[[str], None]
"""Receives a line before each part."""
ENGINE, TENSORFLOW = "qana.walkthrough.engine_parts", "qana.walkthrough.result_parts"
NAMES = {
    "deployed": (ENGINE, "answer_deployed", "Asking the deployed network"),
    "highest": (ENGINE, "find_ranges", "Finding the ranges of the activations"),
    "exercises": (ENGINE, "search_exercises", "Solving the exercises for each sample"),
    "cases": (TENSORFLOW, "convert_cases", "Converting the blocks"),
    "agreements": (TENSORFLOW, "compare_samples", "Comparing Keras and Akida on each sample"),
    FLOAT: (TENSORFLOW, "answer_float", "Asking the float network"),
}
"""Name of each part to the module and the name of its function, and a line about it."""


def store_results(model: str, progress: Progress) -> Path:
    """Computes and stores the results of a deployed network.

    After an interruption it continues: each part is stored as soon as it is computed.

    Args:
        model: name of the model.
        progress: receives a line before each part.

    Returns:
        Path of the JSON file.

    Raises:
        UserError: the model is not for Akida 2.0 or lacks a form, a file is missing or changed, or
            a process ended early.
        ConversionError: the network with a pair of bits does not compute on Akida as in Keras.
    """
    entry, path = find_entry(model), locate_results(model)
    if entry.target != AKIDA2:
        raise UserError(
            f"The page Convert follows a network for Akida 2.0, and {model} is not for it: choose "
            "another model."
        )
    FOLDER.mkdir(parents=True, exist_ok=True)
    document = Document(path.with_name(f"{path.name}.unfinished"), entry)
    for name, (module, function, words) in NAMES.items():
        document.add(name, partial(_run_apart, module, function, model), words, progress)
    for bits in PAIRS:
        name = format_bits(bits)
        compute = partial(_run_apart, TENSORFLOW, "quantize_pair", model, bits)
        document.add(name, compute, f"Quantizing to {name} bits", progress)
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

    def add(self, name: str, compute: Callable[[], Any], words: str, progress: Progress) -> None:
        """Computes a part, unless it is there already, and stores it.

        Args:
            name: of the part.
            compute: computes it.
            words: a line about it.
            progress: receives the line, if the part is computed.
        """
        if name not in self._parts:
            progress(words)
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


def _run_apart(module: str, name: str, *arguments: Any) -> Any:
    """Calls a function in a new process, and returns what it returns."""
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(1, context) as pool:
            return pool.submit(_call, module, name, *arguments).result()
    except BrokenProcessPool:
        raise UserError(
            "A process of this command ended early, perhaps because memory ran out: run the "
            "command again, and it continues."
        ) from None


def _call(module: str, name: str, *arguments: Any) -> Any:
    silence_tensorflow()
    return getattr(import_module(module), name)(*arguments)
