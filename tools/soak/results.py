"""Writes the reports of the soak tests."""

import json
import os
import platform
import shlex
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from qana.reports.recorded_weights import find_present_weights
from tools.server import ROOT

FOLDER = ROOT / "models" / "hardening"
Findings = dict[str, bool]
"""Statement to whether it holds."""


def start_report(module: str, models: Collection[str] | None = None) -> dict[str, Any]:
    """Starts a report with the command line of this process and the networks of the app.

    The place of the report is left out: it changes nothing that is measured.

    Args:
        module: module that runs as the command.
        models: names of the models that the test uses; None for all.
    """
    return {
        "command": shlex.join(["python", "-m", module, *_drop_place(sys.argv[1:])]),
        "weights": find_present_weights(models),
    }


def _drop_place(words: Sequence[str]) -> list[str]:
    after = [False, *(word == "--out" for word in words)]
    pairs = zip(words, after, strict=False)
    return [word for word, is_place in pairs if not is_place and not word.startswith("--out")]


def finish_report(path: Path, document: dict[str, Any], missed: Sequence[str]) -> int:
    """Writes a report, prints the missed targets and returns the exit code.

    Args:
        path: file of the report.
        document: the report.
        missed: missed targets, one sentence each.
    """
    write_report(path, document | {"misses": list(missed)})
    sys.stdout.write(f"{path}: {list(missed) or 'every target is met'}\n")
    return 1 if missed else 0


def write_report(path: Path, document: dict[str, Any]) -> None:
    """Writes a report together with a description of this machine.

    Args:
        path: file of the report.
        document: the report.
    """
    machine = (
        f"{platform.system()} {platform.machine()}, {len(os.sched_getaffinity(0))} cores for "
        f"server and visitors together, Python {platform.python_version()}"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document | {"machine": machine}, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
