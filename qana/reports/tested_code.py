"""Describes and reads the reports on the tests themselves: coverage, mutants and guided fuzzing.

`tools.branch_coverage`, `tools.mutation` and `tools.guided_fuzz` write them.
"""

from pathlib import Path
from typing import Any

import msgspec

from qana.evaluation.report_files import read_report_if_present

COVERAGE, MUTATION = "hardening/coverage.json", "hardening/mutation.json"
GUIDED_FUZZ = "hardening/guided-fuzz.json"
"""Files of the reports in the models folder."""


class FolderCoverage(msgspec.Struct, frozen=True):
    """What the tests reach in one folder.

    Attributes:
        covered: share of its lines and branches, 0 to 1.
        missing: files with the lines that no test reaches.
    """

    covered: float
    missing: list[dict[str, Any]]


class CoverageReport(msgspec.Struct, frozen=True):
    """The document of `python -m tools.branch_coverage`.

    Attributes:
        command: the command.
        least: share that each folder must reach.
        folders: name of each folder to what the tests reach in it.
    """

    command: str
    least: float
    folders: dict[str, FolderCoverage]


class MutationReport(msgspec.Struct, frozen=True):
    """The document of `python -m tools.mutation`.

    Attributes:
        command: the command.
        seed: of the draw of mutants.
        most: most mutants of a module.
        least: share that must be killed.
        killed: share that was killed, 0 to 1.
        modules: each module with its tests, mutants and survivors.
    """

    command: str
    seed: int
    most: int
    least: float
    killed: float
    modules: list[dict[str, Any]]


class GuidedFuzzReport(msgspec.Struct, frozen=True):
    """The document of `python -m tools.guided_fuzz`.

    Attributes:
        command: the command.
        seed: of libFuzzer.
        readers: each reader with its inputs, branches and failure.
    """

    command: str
    seed: int
    readers: list[dict[str, Any]]


def describe_tested_code(folder: Path | None = None) -> list[str]:
    """Describes the reports that exist, one paragraph each.

    Args:
        folder: models folder; the project's by default.

    Raises:
        ReportError: a report is damaged.
    """
    coverage = read_report_if_present(COVERAGE, CoverageReport, folder)
    mutation = read_report_if_present(MUTATION, MutationReport, folder)
    guided = read_report_if_present(GUIDED_FUZZ, GuidedFuzzReport, folder)
    found = []
    if coverage:
        shares = ", ".join(
            f"{name} {100 * part.covered:.1f} %" for name, part in coverage.folders.items()
        )
        found.append(
            f"**Coverage.** The tests reach these shares of the lines and branches: {shares} "
            f"(`{coverage.command}`)."
        )
    if mutation:
        mutants = sum(module["mutants"] for module in mutation.modules)
        found.append(
            f"**Mutants.** Of {mutants:,} small changes to {len(mutation.modules)} modules, the "
            f"tests notice {100 * mutation.killed:.1f} % (`{mutation.command}`)."
        )
    if guided:
        inputs = sum(reader["inputs"] for reader in guided.readers)
        failures = sum(bool(reader["failure"]) for reader in guided.readers)
        found.append(
            f"**Guided input.** {len(guided.readers)} readers took {inputs:,} inputs that coverage "
            f"had chosen. {failures or 'None'} of the readers failed (`{guided.command}`)."
        )
    return found
