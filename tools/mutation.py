"""Tests the tests with mutated code, by cosmic-ray: python -m tools.mutation.

Writes models/hardening/mutation.json. Each mutant changes one operator, number, condition or loop
of one module; no text is changed. The tests of the module must fail. The work is done in a copy of
the project, so the project itself never changes. With --only it runs a part and writes nothing.

Of each module at most --most mutants are drawn with a fixed seed, so every run has the same ones.
"""

import argparse
import os
import random
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from qana.evaluation.report_files import write_report
from tools.server import ROOT

MODULES = {
    "qana/imaging/decode.py": "tests/imaging",
    "qana/inference/gate.py": "tests/inference/test_gate.py tests/inference/test_fitted_gate.py",
    "qana/inference/classifier.py": "tests/inference/test_classifier.py"
    " tests/inference/test_damaged_models.py",
    "qana/inference/signature.py": "tests/inference/test_signed_folder.py",
    "qana/inference/signed_folder.py": "tests/inference/test_signed_folder.py",
    "qana/conversion/compare_layers.py": "tests/conversion",
    "qana/conversion/mapping.py": "tests/conversion",
    "qana/edge_learning/head_files.py": "tests/edge_learning/test_head_files.py"
    " tests/edge_learning/test_forged_heads.py tests/edge_learning/test_saved_heads.py",
    "qana/bench/readings.py": "tests/bench",
    "qana/bench/rows.py": "tests/bench",
}
"""Each mutated module and the tests that must notice it."""
REASONS: dict[tuple[str, int], str] = {}
"""Why a surviving mutant of a module and line is harmless."""
LEAST = 0.85
"""Share of the mutants that must be killed."""
MOST, SEED = 150, 31
SECONDS = 600.0
"""Longest time for the tests of one mutant."""
LEFT_OUT = (".git", ".venv*", "runs", "data", "__pycache__", ".*_cache", ".hypothesis")
OUT = ROOT / "models" / "hardening" / "mutation.json"


def main() -> int:
    """Runs the mutants, prints the survivors, and returns an exit code, 1 if too many survive."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MODULES, metavar="FILE", help="modules")
    parser.add_argument("--most", type=int, default=MOST, help="most mutants of a module")
    options = parser.parse_args()
    modules = {name: MODULES[name] for name in options.only or MODULES}
    with TemporaryDirectory() as temporary:
        copy = Path(shutil.copytree(ROOT, Path(temporary) / "qana", ignore=_ignore))
        with chdir(copy):
            results = [one for name in modules for one in run_module(name, options.most)]
    by_module = [summarize(name, results) for name in modules]
    for part in by_module:
        sys.stdout.write(f"{part['module']}: {part['killed']} of {part['mutants']} killed\n")
        for one in part["survivors"]:
            reason = one["reason"] or "no reason given"
            sys.stdout.write(f"    line {one['line']}, {one['operator']}: {reason}\n")
    killed = sum(part["killed"] for part in by_module)
    mutants = sum(part["mutants"] for part in by_module)
    share = killed / mutants if mutants else 1.0
    sys.stdout.write(f"{100 * share:.1f} % of {mutants} mutants killed\n")
    if not options.only and options.most == MOST:
        document = {
            "command": "python -m tools.mutation",
            "seed": SEED,
            "most": MOST,
            "least": LEAST,
            "killed": share,
            "modules": by_module,
        }
        write_report(OUT, document)
    return int(share < LEAST)


def run_module(module: str, most: int) -> Iterator[dict[str, Any]]:
    """Runs the mutants of one module of the project in the current folder.

    Args:
        module: path of the module in the project.
        most: largest number of mutants. More are drawn at random, always the same ones.

    Yields:
        Module, line, operator and whether the tests failed, for each mutant.
    """
    from cosmic_ray.mutating import mutate_and_test

    chosen = draw(list_mutations(Path(module)), most)
    # The copy's own code, and the packages of this environment.
    os.environ["PYTHONPATH"] = str(Path.cwd())
    words = f"{sys.executable} -m pytest -x -q -n 0 -p no:cacheprovider {MODULES[module]}"
    for mutation in chosen:
        result = mutate_and_test([mutation], words, SECONDS)
        if result.test_outcome is not None:
            yield {
                "module": module,
                "line": mutation.start_pos[0],
                "operator": mutation.operator_name.removeprefix("core/"),
                "killed": bool(result.is_killed),
            }


def list_mutations(module: Path) -> list[Any]:
    """Lists the mutations of one module by place."""
    from cosmic_ray.commands import init
    from cosmic_ray.work_db import WorkDB, use_db

    with (
        TemporaryDirectory() as folder,
        use_db(f"{folder}/session.sqlite", WorkDB.Mode.create) as database,
    ):
        init([module], database, {})
        found = [item.mutations[0] for item in database.work_items]
    return sorted(found, key=lambda one: (one.start_pos, one.operator_name, one.occurrence))


def draw(found: Sequence[Any], most: int) -> list[Any]:
    """Draws at most so many mutants with a fixed seed, in their order."""
    if len(found) <= most:
        return list(found)
    chosen = random.Random(SEED).sample(range(len(found)), most)
    return [found[index] for index in sorted(chosen)]


def summarize(module: str, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Counts the mutants of one module, and lists the survivors with their reasons."""
    own = [one for one in results if one["module"] == module]
    survivors = [
        {
            "line": one["line"],
            "operator": one["operator"],
            "reason": REASONS.get((module, one["line"]), ""),
        }
        for one in own
        if not one["killed"]
    ]
    return {
        "module": module,
        "tests": MODULES[module],
        "mutants": len(own),
        "killed": len(own) - len(survivors),
        "survivors": survivors,
    }


_ignore = shutil.ignore_patterns(*LEFT_OUT)


if __name__ == "__main__":
    sys.exit(main())
