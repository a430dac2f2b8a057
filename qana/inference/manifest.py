"""Reads and writes the manifest: which models the models folder holds, and what each is."""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qana.errors import ModelError
from qana.inference.record_values import (
    check_count,
    check_kinds,
    check_number,
    check_texts,
    is_file_name,
    parse_number,
)
from qana.inference.signed_folder import MODELS_VARIABLE, check_signed_folder
from qana.resources import find_folder

DEFAULT_MODEL = "akida2"
LARGE_MODEL = "akida2-large"
"""The larger network that the default one was made from."""
AKIDA2, AKIDA1 = "akida2", "akd1000"
"""Targets in the manifest: Akida 2.0, and Akida 1.0 (AKD1000, AKD1500)."""
CHIPS = {AKIDA2: "Akida 2.0", AKIDA1: "AKD1000 and AKD1500"}
"""The chips of each target, in words."""
STEP_PARTS = 16
"""Akida 1.0 cuts the step of an activation to sixteenths; see `qana.conversion.akida1_rounding`."""
MANIFEST = "manifest.json"
PLAIN_NAME = re.compile(r"[\w-]{1,40}")
"""A name that can be repeated in a message."""
MIN_TEMPERATURE = 1e-3
"""Lowest temperature. A logit that is divided by much less becomes infinite."""
DERMOSCOPIC_ONLY = ("dermoscopic",)
"""Image types of a gate that was fitted on dermatoscopic photos alone, as the first ones were."""


@dataclass(frozen=True)
class ModelEntry:
    """One deployed model, as the manifest describes it.

    Attributes:
        name: of the model, and stem of its .fbz file.
        target: akida2 or akd1000.
        path: the .fbz file.
        input_shape: (height, width, 3) of the uint8 input.
        weight_bits: bits of the weights of every layer but the first.
        activation_bits: bits of the activations of every layer but the first.
        parameters: number of trainable and folded parameters of the Keras network.
        macs: multiply-accumulates of one image, counted by the Akida engine. For Akida 1.0, where
            the engine counts none, they are counted on the Keras network.
        sha256: of the .fbz file, 64 hex digits.
        temperature: divides the logits before the softmax; fitted on validation lesions.
        gate: the file of the gate and its SHA-256; None without a gate.
        gate_image_types: image types of the lesions that the gate was fitted on, see
            `qana.data.photo.IMAGE_TYPES`.
        abstain_below: top probability, 0 to 1, below which the model abstains; 0 where it always
            answers.
        metrics: results by subset and stage, each with its source.
        record: the whole manifest entry as JSON, for other keys.
        cases: the file of the features of the reference cases and its SHA-256; None without cases.
    """

    name: str
    target: str
    path: Path
    input_shape: tuple[int, int, int]
    weight_bits: int
    activation_bits: int
    parameters: int
    macs: int
    sha256: str
    temperature: float
    gate: tuple[Path, str] | None
    gate_image_types: tuple[str, ...]
    abstain_below: float
    metrics: dict[str, Any]
    record: dict[str, Any] = field(repr=False)
    cases: tuple[Path, str] | None = None


def find_models_folder() -> Path:
    """Finds the models folder: the one that `QANA_MODELS` names, else the one of the project."""
    return Path(os.environ.get(MODELS_VARIABLE) or find_folder("models"))


def read_manifest(folder: Path | None = None) -> list[ModelEntry]:
    """Reads the entry of every model, after a check of the folder's signature.

    Args:
        folder: models folder; None for the project's.

    Raises:
        ModelError: the manifest is missing or damaged, or the folder must be signed and a file of
            it differs from what was signed.
    """
    folder = folder or find_models_folder()
    check_signed_folder(folder)
    try:
        text = (folder / MANIFEST).read_text(encoding="utf-8")
        document = json.loads(text, parse_float=parse_number, parse_constant=parse_number)
        entries = [_entry(folder, record) for record in document["models"]]
        if len({entry.name for entry in entries}) < len(entries):
            raise ValueError
        return entries
    except OSError:
        raise ModelError(_describe_list(folder, "cannot be read in", or_train=True)) from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise ModelError(_describe_list(folder, "is damaged in", or_train=False)) from None


def _describe_list(folder: Path, problem: str, or_train: bool) -> str:
    """Describes what is wrong with the manifest, and what to do.

    Args:
        folder: models folder.
        problem: a verb and a preposition, such as "is damaged in".
        or_train: whether training would make the manifest.
    """
    start = f"The list of models, {MANIFEST}, {problem}"
    training = " or train with `python -m qana train`" if or_train else ""
    if os.environ.get(MODELS_VARIABLE) and folder == find_models_folder():
        return (
            f"{start} the folder {folder}, which the environment variable {MODELS_VARIABLE} names: "
            "give the variable a folder of models or unset it."
        )
    return f"{start} the models folder: restore it from the repository{training}."


def _entry(folder: Path, record: dict[str, Any]) -> ModelEntry:
    """Checks one record; raises what `read_manifest` catches."""
    check_kinds(record)
    height, width, channels = map(check_count, record["input_shape"])
    gate, cases = record.get("gate", {}), record.get("cases", {})
    path, digest = read_file_record(folder, record)
    entry = ModelEntry(
        name=record["name"],
        target=record["target"],
        path=path,
        input_shape=(height, width, channels),
        weight_bits=check_count(record["weight_bits"]),
        activation_bits=check_count(record["activation_bits"]),
        parameters=check_count(record["parameters"]),
        macs=check_count(record["macs"]),
        sha256=digest,
        temperature=check_number(record["temperature"]),
        gate=read_file_record(folder, gate) if gate else None,
        gate_image_types=check_texts(gate.get("image_types", DERMOSCOPIC_ONLY)),
        abstain_below=check_number(record.get("abstain", {}).get("threshold", 0)),
        metrics=dict(record["metrics"]),
        record=record,
        cases=read_file_record(folder, cases) if cases else None,
    )
    # Files are named after the model, so its name must not lead to another folder.
    named = is_file_name(entry.name) and Path(entry.name).name == entry.name
    counts = (*entry.input_shape, entry.weight_bits, entry.activation_bits)
    scaled = entry.temperature >= MIN_TEMPERATURE and 0 <= entry.abstain_below <= 1
    if not (named and entry.target in CHIPS and min(counts) > 0 and scaled):
        raise ValueError
    return entry


def read_file_record(folder: Path, record: dict[str, Any]) -> tuple[Path, str]:
    """Reads the keys "file" and "sha256" of a record.

    Folders in the name are cut off, so nothing outside `folder` is reached.

    Returns:
        The path of the file and its SHA-256.

    Raises:
        KeyError: a key is missing.
        TypeError: a value is not text.
        ValueError: the name is empty, "..", or not printable.
    """
    name, digest = Path(record["file"]).name, record["sha256"]
    if not isinstance(digest, str):
        raise TypeError
    if not is_file_name(name):
        raise ValueError
    return folder / name, digest


def write_manifest(folder: Path, records: Iterable[dict[str, Any]]) -> None:
    """Writes the manifest at once: a stop leaves the old file or the new one, never a part."""
    unfinished = folder / f"{MANIFEST}.unfinished"
    text = json.dumps({"models": list(records)}, indent=1, allow_nan=False)
    unfinished.write_text(text + "\n", encoding="utf-8")
    unfinished.replace(folder / MANIFEST)


def update_record(name: str, changes: dict[str, Any], folder: Path | None = None) -> None:
    """Changes keys of one model's record and leaves everything else as it is.

    Raises:
        ModelError: no model has that name, or the manifest cannot be read.
    """
    folder = folder or find_models_folder()
    find_entry(name, folder)
    records = [entry.record for entry in read_manifest(folder)]
    write_manifest(folder, [r | changes if r["name"] == name else r for r in records])


def find_entry(name: str, folder: Path | None = None) -> ModelEntry:
    """Finds the entry of one model.

    Args:
        name: of the model.
        folder: models folder; None for the project's.

    Raises:
        ModelError: no model has that name, or the manifest cannot be read.
    """
    entries = read_manifest(folder)
    for entry in entries:
        if entry.name == name:
            return entry
    if not entries:
        folder = folder or find_models_folder()
        raise ModelError(_describe_list(folder, "names no model in", or_train=True))
    known = ", ".join(entry.name for entry in entries)
    # A link may bring any text, and a page would draw its Markdown.
    asked = f"model '{name}'" if PLAIN_NAME.fullmatch(name) else "model with that name"
    raise ModelError(f"There is no {asked}: choose one of {known}.")


def find_same_entry(name: str, sha256: str | None) -> ModelEntry:
    """Finds the entry of the model that gave an answer.

    Args:
        name: of the model.
        sha256: of the .fbz file that gave the answer, 64 hex digits; None if any file will do.

    Raises:
        ModelError: no model has that name, or its file was replaced after the answer.
    """
    entry = find_entry(name)
    if sha256 not in (None, entry.sha256):
        raise ModelError(
            "The model was replaced after this answer, and the new one would not explain it: "
            "restart the app."
        )
    return entry
