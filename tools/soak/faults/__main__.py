"""Causes all faults on a real server.

python -m tools.soak.faults writes models/hardening/faults.json.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from qana.inference.classifier import load_classifier
from tools.command import run_command
from tools.soak.faults.chip import check_unplugged_chip
from tools.soak.faults.disk import check_full_disk
from tools.soak.faults.limits import check_limits
from tools.soak.faults.model_file import check_replaced_model
from tools.soak.faults.privacy import check_privacy
from tools.soak.faults.restart import check_restart, check_saving
from tools.soak.results import FOLDER, Findings, start_report, write_report

FAULTS = ("restart", "saving", "full_disk", "replaced_model", "unplugged", "privacy", "limits")


def main() -> int:
    """Runs the command and returns its exit code, 1 if a statement does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak.faults", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=FAULTS, default=FAULTS)
    parser.add_argument("--out", type=Path, default=FOLDER / "faults.json")
    options = parser.parse_args()
    classifier = load_classifier()
    checks: dict[str, Callable[[Path], Findings]] = {
        "restart": partial(check_restart, classifier=classifier),
        "saving": check_saving,
        "full_disk": partial(check_full_disk, classifier=classifier),
        "replaced_model": partial(check_replaced_model, classifier=classifier),
        "unplugged": partial(check_unplugged_chip, classifier=classifier),
        "privacy": partial(check_privacy, classifier=classifier),
        "limits": partial(check_limits, classifier=classifier),
    }
    document = start_report("tools.soak.faults")
    for name in options.only:
        with tempfile.TemporaryDirectory() as folder:
            document[name] = checks[name](Path(folder))
        sys.stdout.write(f"{name}: {list_violations({name: document[name]}) or 'holds'}\n")
    write_report(options.out, document)
    return 1 if list_violations(document) else 0


def list_violations(document: dict[str, Any]) -> list[str]:
    """Lists the statements that do not hold, one sentence each.

    Args:
        document: report, or a part of it, by fault.
    """
    return [
        f"{name}: does not hold: {statement}"
        for name, findings in document.items()
        if isinstance(findings, dict)
        for statement, holds in findings.items()
        if not holds
    ]


if __name__ == "__main__":
    sys.exit(run_command(main))
