"""python -m tools.soak.faults: all faults on a real server; writes models/hardening/faults.json."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from qana.inference.classifier import load_classifier
from tools.soak.faults import Findings
from tools.soak.faults.chip import unplugged
from tools.soak.faults.disk import full_disk
from tools.soak.faults.limits import limits
from tools.soak.faults.model_file import replaced_model
from tools.soak.faults.privacy import privacy
from tools.soak.faults.restart import restart, saving
from tools.soak.results import FOLDER, begin, write

ALL = ("restart", "saving", "full_disk", "replaced_model", "unplugged", "privacy", "limits")


def main() -> int:
    """Runs what is asked for; returns 1 where something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak.faults", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=ALL, default=ALL)
    parser.add_argument("--out", type=Path, default=FOLDER / "faults.json")
    options = parser.parse_args()
    classifier = load_classifier()
    runs: dict[str, Callable[[Path], Findings]] = {
        "restart": partial(restart, classifier=classifier),
        "saving": saving,
        "full_disk": partial(full_disk, classifier=classifier),
        "replaced_model": partial(replaced_model, classifier=classifier),
        "unplugged": partial(unplugged, classifier=classifier),
        "privacy": partial(privacy, classifier=classifier),
        "limits": partial(limits, classifier=classifier),
    }
    document = begin("tools.soak.faults")
    for name in options.only:
        with tempfile.TemporaryDirectory() as folder:
            document[name] = runs[name](Path(folder))
        sys.stdout.write(f"{name}: {broken({name: document[name]}) or 'holds'}\n")
    write(options.out, document)
    return 1 if broken(document) else 0


def broken(document: dict[str, Any]) -> list[str]:
    """What did not hold, a sentence each."""
    return [
        f"{name}: not so: {sentence}"
        for name, findings in document.items()
        if isinstance(findings, dict)
        for sentence, held in findings.items()
        if not held
    ]


if __name__ == "__main__":
    sys.exit(main())
