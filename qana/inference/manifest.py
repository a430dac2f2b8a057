"""Reads and writes the manifest: which models the models folder holds, and what each is."""

import json
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qana.errors import UserError
from qana.resources import find_folder

DEFAULT_MODEL = "akida2"
LARGE_MODEL = "akida2-large"
"""What the default one was narrowed from."""
AKIDA2, AKIDA1 = "akida2", "akd1000"
"""Targets in the manifest: chips of the second generation, and of the first."""
CHIPS = {AKIDA2: "Akida 2.0", AKIDA1: "AKD1000 and AKD1500"}
"""Target to the chips, in words."""
STEP_PARTS = 16
"""Of an activation's step, below which Akida 1.0 cuts off; see `qana.conversion.akida1_rounding`."""
MANIFEST = "manifest.json"
ENVIRONMENT = "QANA_MODELS"
"""Environment variable that names another models folder."""


class ModelError(UserError):
    """A model that cannot be used."""


@dataclass(frozen=True)
class ModelEntry:
    """One deployed model, as the manifest describes it.

    Attributes:
        name: also the stem of its .fbz file.
        target: akida2 or akd1000.
        path: the .fbz file.
        input_shape: (height, width, 3) of the uint8 input.
        weight_bits, activation_bits: of every layer but the first.
        parameters: trainable and folded parameters of the Keras network.
        macs: multiply-accumulates of one image, as the Akida engine counts them; of Akida 1.0,
            where it counts none, those of the Keras network.
        sha256: of the .fbz file, 64 hex digits.
        temperature: what logits are divided by before the softmax, fitted on validation.
        gate: the file that tells lesions from other pictures and its SHA-256; None without one.
        abstain_below: top probability, 0 to 1, below which the model would rather not say; 0 where
            it always answers.
        metrics: results by subset and stage, with where they come from.
        record: the whole manifest entry, for readers of other keys.
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
    abstain_below: float
    metrics: dict[str, Any]
    record: dict[str, Any] = field(repr=False)


def models_folder() -> Path:
    """The folder that `QANA_MODELS` names, else models/ of the project."""
    return Path(os.environ.get(ENVIRONMENT) or find_folder("models"))


def read_manifest(folder: Path | None = None) -> list[ModelEntry]:
    """Every model of a models folder.

    Raises:
        ModelError: the manifest is missing or damaged.
    """
    folder = folder or models_folder()
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return [_entry(folder, record) for record in document["models"]]
    except OSError:
        raise ModelError(
            f"The list of models, {MANIFEST}, cannot be read in the models folder: restore it "
            "from the repository or train with `python -m qana train`."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise ModelError(
            f"The list of models, {MANIFEST}, is damaged: restore it from the repository."
        ) from None


def _entry(folder: Path, record: dict[str, Any]) -> ModelEntry:
    """One record, checked; raises what `read_manifest` catches."""
    height, width, channels = record["input_shape"]
    gate = record.get("gate")
    path, digest = named_file(folder, record)
    entry = ModelEntry(
        name=record["name"],
        target=record["target"],
        path=path,
        input_shape=(int(height), int(width), int(channels)),
        weight_bits=int(record["weight_bits"]),
        activation_bits=int(record["activation_bits"]),
        parameters=int(record["parameters"]),
        macs=int(record["macs"]),
        sha256=digest,
        temperature=float(record["temperature"]),
        gate=named_file(folder, gate) if gate else None,
        abstain_below=float(record.get("abstain", {}).get("threshold", 0)),
        metrics=dict(record["metrics"]),
        record=record,
    )
    named = isinstance(entry.name, str) and entry.name and entry.name.isprintable()
    counts = (*entry.input_shape, entry.weight_bits, entry.activation_bits)
    sound = min(counts) > 0 and min(entry.parameters, entry.macs) >= 0
    scaled = 0 < entry.temperature < math.inf and 0 <= entry.abstain_below <= 1
    if not (named and entry.target in CHIPS and sound and scaled):
        raise ValueError
    return entry


def named_file(folder: Path, record: dict[str, Any]) -> tuple[Path, str]:
    """A file of a models folder and its SHA-256, as "file" and "sha256" of a record say.

    Folders in the name are cut off: nothing outside `folder` is reached.

    Raises:
        KeyError, TypeError, ValueError: the record names none.
    """
    name = Path(record["file"]).name
    if not name or not name.isprintable():
        raise ValueError
    return folder / name, str(record["sha256"])


def write_manifest(folder: Path, records: Iterable[dict[str, Any]]) -> None:
    """Writes the manifest of a models folder; a stop leaves the old one or the new one."""
    unfinished = folder / f"{MANIFEST}.unfinished"
    text = json.dumps({"models": list(records)}, indent=1, allow_nan=False)
    unfinished.write_text(text + "\n", encoding="utf-8")
    unfinished.replace(folder / MANIFEST)


def update_record(name: str, changes: dict[str, Any], folder: Path | None = None) -> None:
    """Sets keys of one model's manifest record and leaves all else as it is.

    Raises:
        ModelError: no model has that name, or the manifest cannot be read.
    """
    folder = folder or models_folder()
    find_entry(name, folder)
    records = [entry.record for entry in read_manifest(folder)]
    write_manifest(folder, [r | changes if r["name"] == name else r for r in records])


def find_entry(name: str, folder: Path | None = None) -> ModelEntry:
    """The entry of one model.

    Raises:
        ModelError: no model has that name, or the manifest cannot be read.
    """
    entries = read_manifest(folder)
    for entry in entries:
        if entry.name == name:
            return entry
    known = ", ".join(entry.name for entry in entries) or "none"
    raise ModelError(f"There is no model '{name}': choose one of {known}.")
