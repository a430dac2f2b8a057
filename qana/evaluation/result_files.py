"""Documents that commands leave beside the models: reports of protocols and tables of studies."""

import json
from pathlib import Path
from typing import Any

from qana.errors import UserError
from qana.inference.manifest import models_folder

PROTOCOLS = ("lesion", "paper", "clinical")


class ReportError(UserError):
    """A report that cannot be used."""


def read_reports(folder: Path | None = None) -> dict[str, dict[str, Any]]:
    """The reports that are there, by protocol, as `python -m qana protocol` wrote them.

    Args:
        folder: models folder; the project's, if none is given.

    Raises:
        ReportError: a report is damaged.
    """
    below = (folder or models_folder()) / "protocols"
    return {
        name: read_report(path) for name in PROTOCOLS if (path := below / f"{name}.json").is_file()
    }


def read_learning(folder: Path | None = None) -> dict[str, Any] | None:
    """How well the edge head learns, as `python -m qana protocol learning` wrote it; None without
    it.

    Raises:
        ReportError: the report is damaged.
    """
    path = (folder or models_folder()) / "protocols" / "learning.json"
    return read_report(path) if path.is_file() else None


def read_studies(folder: Path | None = None) -> list[dict[str, Any]]:
    """The tables that are there, by name, as `python -m qana study` wrote them.

    Returns:
        Documents with study, title, command, columns, rows (lists of cells), note and missing
        (labels of the variants that are not measured yet).

    Raises:
        ReportError: a table is damaged.
    """
    below = (folder or models_folder()) / "studies"
    return [read_report(path) for path in sorted(below.glob("*.json"))]


def read_explanations(folder: Path | None = None) -> dict[str, Any] | None:
    """How far explanations can be believed, as `python -m qana explain` wrote it; None without it.

    Raises:
        ReportError: the file is damaged.
    """
    path = (folder or models_folder()) / "explanations.json"
    return read_report(path) if path.is_file() else None


def read_light(folder: Path | None = None) -> dict[str, Any] | None:
    """What the light installation costs, as tools/light_install.py measured it; None without it.

    Raises:
        ReportError: the file is damaged.
    """
    path = (folder or models_folder()) / "light.json"
    return read_report(path) if path.is_file() else None


def read_hardening(name: str, folder: Path | None = None) -> dict[str, Any] | None:
    """What the app was put through: "soak", "faults", "booth" or "fuzz", as the tool of that name
    wrote it (`python -m tools.soak`, `tools.soak.faults`, `tools.soak.booth`, `tools.fuzz`); None
    without it.

    Raises:
        ReportError: the file is damaged.
    """
    path = (folder or models_folder()) / "hardening" / f"{name}.json"
    return read_report(path) if path.is_file() else None


def read_report(path: Path) -> dict[str, Any]:
    """One document.

    Raises:
        ReportError: it is damaged.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        document = None
    if not isinstance(document, dict) or "command" not in document:
        raise ReportError(
            f"The report {path.parent.name}/{path.name} in the models folder is damaged: restore "
            "it from the repository or run its command again."
        )
    return document


def write_report(path: Path, document: dict[str, Any]) -> None:
    """Writes one document at once: a stop in the middle leaves the one of before.

    Args:
        path: the file; its folder is made if missing.
        document: without NaN or infinities.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    text = json.dumps(document, indent=1, allow_nan=False) + "\n"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
