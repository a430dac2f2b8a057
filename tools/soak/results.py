"""Result files of the soak run."""

import json
import os
import platform
import shlex
import sys
from pathlib import Path
from typing import Any

from tools.server import ROOT

FOLDER = ROOT / "models" / "hardening"


def begin(module: str) -> dict[str, Any]:
    """A result with nothing in it but the command line of this program, `module`."""
    return {"command": shlex.join(["python", "-m", module, *sys.argv[1:]])}


def conclude(path: Path, document: dict[str, Any], misses: list[str]) -> int:
    """Writes a result with the targets that it misses, and says them; returns an exit code."""
    write(path, document | {"misses": misses})
    sys.stdout.write(f"{path}: {misses or 'every target is met'}\n")
    return 1 if misses else 0


def write(path: Path, document: dict[str, Any]) -> None:
    """Writes a result file, with the machine that it was measured on."""
    machine = (
        f"{platform.system()} {platform.machine()}, {len(os.sched_getaffinity(0))} cores for "
        f"server and visitors together, Python {platform.python_version()}"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document | {"machine": machine}, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
