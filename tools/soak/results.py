"""Result files of the soak run."""

import json
import os
import platform
from pathlib import Path
from typing import Any

from tools.soak.server import ROOT

FOLDER = ROOT / "models" / "hardening"


def write(path: Path, document: dict[str, Any]) -> None:
    """Writes a result file, with the machine that it was measured on."""
    machine = (
        f"{platform.system()} {platform.machine()}, {len(os.sched_getaffinity(0))} cores for "
        f"server and visitors together, Python {platform.python_version()}"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document | {"machine": machine}, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
