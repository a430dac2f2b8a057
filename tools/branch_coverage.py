"""Measures the branch coverage of the tests: python -m tools.branch_coverage.

Writes models/hardening/coverage.json. It runs the tests of the five folders, and those of the
commands and of training, which run the same code. Code that tests run in processes of their own
counts, too. With --folders it measures a part and writes nothing.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qana.evaluation.report_files import write_report
from tools.server import ROOT

FOLDERS = ("imaging", "inference", "conversion", "edge_learning", "bench")
"""Folders of qana/ that are measured. Each has tests of the same name."""
OTHER_TESTS = ("tests/cli", "tests/training", "tests/walkthrough", "tests/test_package.py")
LEAST = 0.95
"""Share of the lines and branches of each folder that the tests must reach."""
OUT = ROOT / "models" / "hardening" / "coverage.json"
CONFIG = """[run]
branch = true
parallel = true
patch = subprocess
source_pkgs = {packages}
data_file = {folder}/data
[report]
exclude_also =
    if TYPE_CHECKING:
    raise NotImplementedError
"""


def main() -> int:
    """Measures, prints the share of each folder, and returns an exit code, 1 if one is too low."""
    parser = argparse.ArgumentParser(prog="python -m tools.branch_coverage", description=__doc__)
    parser.add_argument("--folders", nargs="+", choices=FOLDERS, help="measure only these")
    parser.add_argument("--fast", action="store_true", help="leave the slow tests out")
    options = parser.parse_args()
    folders = tuple(options.folders or FOLDERS)
    tests = [f"tests/{name}" for name in folders]
    tests += [] if options.folders else OTHER_TESTS
    tests += [] if options.fast else ["--all"]
    shares = measure(folders, tests)
    low = [name for name, share in shares.items() if share["covered"] < LEAST]
    for name, share in shares.items():
        sys.stdout.write(f"{name:14} {100 * share['covered']:5.1f} %\n")
        for file in share["missing"]:
            sys.stdout.write(f"    {file['file']}: {', '.join(map(str, file['lines']))}\n")
    if not (options.folders or options.fast):
        command = "python -m tools.branch_coverage"
        write_report(OUT, {"command": command, "least": LEAST, "folders": shares})
    return int(bool(low))


def measure(folders: tuple[str, ...], tests: list[str]) -> dict[str, dict[str, Any]]:
    """Runs tests and measures the lines and branches of folders that they reach.

    Args:
        folders: folders of qana/.
        tests: files, folders and options of pytest.

    Returns:
        For each folder "covered", the share from 0 to 1, and "missing", the lines of each file that
        no test reaches.
    """
    with TemporaryDirectory() as temporary:
        config = Path(temporary) / "coveragerc"
        packages = ", ".join(f"qana.{name}" for name in folders)
        config.write_text(CONFIG.format(packages=packages, folder=temporary), encoding="utf-8")
        coverage = (sys.executable, "-m", "coverage")
        place = f"--rcfile={config}"
        command = (*coverage, "run", place, "-m", "pytest", "-q", "-n", "0", *tests)
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            sys.stderr.write("A test fails, so its code may count as not covered.\n")
        subprocess.run((*coverage, "combine", place, "-q"), cwd=ROOT, check=True)
        out = Path(temporary) / "coverage.json"
        report = (*coverage, "json", place, "-q", "-o", str(out))
        subprocess.run(report, cwd=ROOT, check=True)
        files = json.loads(out.read_text())["files"]
    return {name: summarize(files, f"qana/{name}/") for name in folders}


def summarize(files: dict[str, Any], folder: str) -> dict[str, Any]:
    """Summarizes the report of coverage for one folder; see `measure`.

    Args:
        files: file name to its part of coverage's JSON report.
        folder: path of the folder with a slash at its end.
    """
    parts = {name: part for name, part in files.items() if name.startswith(folder)}
    summaries = [part["summary"] for part in parts.values()]
    keys = (("covered_lines", "num_statements"), ("covered_branches", "num_branches"))
    covered = sum(summary[key] for summary in summaries for key, _ in keys)
    every = sum(summary[key] for summary in summaries for _, key in keys)
    missing = [
        {"file": name, "lines": part["missing_lines"]}
        for name, part in sorted(parts.items())
        if part["missing_lines"]
    ]
    return {"covered": round(covered / every, 4) if every else 1.0, "missing": missing}


if __name__ == "__main__":
    sys.exit(main())
