"""Reads and writes the JSON documents that commands leave beside the models."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from qana.errors import UserError
from qana.inference.manifest import find_models_folder
from qana.typed_json import decode_json

Report = TypeVar("Report")
Cell = str | int | float | None
"""One cell of a study's table."""


class ReportError(UserError):
    """A report that cannot be used."""


class StudyTable(msgspec.Struct, frozen=True, omit_defaults=True):
    """The document of models/studies/NAME.json, as `python -m qana study NAME` writes it.

    Attributes:
        study: name of the study.
        title: title of the table.
        command: the command that wrote it.
        subset: "validation" or "test".
        columns: column names.
        rows: cells of each row.
        note: what a reader must know to read the table.
        missing: labels of the variants that are not measured completely yet.
        refused: conversions that failed a check, and why.
        measured: scores by variant and stage, for a run that continues.
        weights: name and SHA-256 of each deployed network that the study used, if any.
    """

    study: str
    title: str
    command: str
    subset: str
    columns: list[str]
    rows: list[list[Cell]]
    note: str
    missing: list[str]
    refused: list[str] | None = None
    measured: dict[str, dict[str, dict[str, Any]]] | None = None
    weights: dict[str, str] | None = None


def read_studies(folder: Path | None = None) -> list[StudyTable]:
    """Reads the tables that exist, sorted by file name.

    Args:
        folder: models folder; the project's by default.

    Raises:
        ReportError: a table is damaged.
    """
    below = (folder or find_models_folder()) / "studies"
    return [read_report(path, StudyTable) for path in sorted(below.glob("*.json"))]


def read_report_if_present(relative: str, kind: type[Report], folder: Path | None) -> Report | None:
    """Reads one document of a models folder; returns None where the file does not exist.

    Args:
        relative: path inside the models folder.
        kind: dataclass or struct that describes the document.
        folder: models folder; the project's by default.

    Raises:
        ReportError: the file is damaged.
    """
    path = (folder or find_models_folder()) / relative
    return read_report(path, kind) if path.is_file() else None


def read_report(path: Path, kind: type[Report]) -> Report:
    """Reads one document and checks its keys and types; ignores unknown keys.

    An unchanged file is read once, because pages quote reports each time that they are drawn.

    Args:
        path: the file.
        kind: dataclass or struct that describes the document.

    Raises:
        ReportError: the file is damaged.
    """
    try:
        found = path.stat()
        version = (found.st_ino, found.st_mtime_ns, found.st_size)
        document: Report = _decode(path, cast(Any, kind), version)
        return document
    except (OSError, ValueError, RecursionError):
        raise ReportError(
            f"The report {path.parent.name}/{path.name} in the models folder is damaged: restore "
            "it from the repository or run its command again."
        ) from None


@lru_cache(maxsize=64)
def _decode(path: Path, kind: Any, _version: tuple[int, ...]) -> Any:
    return decode_json(path.read_bytes(), kind)


def to_document(report: Any) -> dict[str, Any]:
    """Converts a dataclass or struct into the JSON object that stands for it.

    Tuples become lists, so the result equals what `json.loads` reads back.
    """
    document: dict[str, Any] = json.loads(json.dumps(msgspec.to_builtins(report), allow_nan=False))
    return document


def write_report(path: Path, document: dict[str, Any]) -> None:
    """Writes one document at once; an interruption leaves the earlier file.

    Args:
        path: the file; its folder is created if missing.
        document: a JSON object without NaN or infinities, see `to_document`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    text = json.dumps(document, indent=1, allow_nan=False) + "\n"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
