"""Results that come with the project, for those who have no such machine."""

from pathlib import Path
from typing import Any

from qana.bench.results import read_result

FOLDER = Path(__file__).parents[2] / "assets" / "results"


def shipped_results() -> list[dict[str, Any]]:
    """Each as `qana.bench.results.read_result` gives it, in the order of their file names.

    Raises:
        ResultError: a file is damaged.
    """
    return [read_result(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))]
