"""The command `qana measure`."""

import argparse
from pathlib import Path

from qana.cli.common import parse_path, print_message
from qana.data.sources import find_sources
from qana.errors import UserError
from qana.reports.measurement_step import DATA, OUTLIERS, PROJECT, MeasurementStep
from qana.reports.measurement_steps import list_steps
from qana.reports.run_measurements import Status, StepResult, run_measurements


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument(
        "--data",
        type=parse_path,
        metavar="DIR",
        help="folder whose subfolders are the data sets; steps that need no photos run without it",
    )
    parser.add_argument(
        "--outliers",
        type=parse_path,
        metavar="DIR",
        help="folder that `python -m tools.outlier_photos` filled, for the steps of the gates",
    )
    parser.add_argument(
        "--only", nargs="+", metavar="STEP", help="run only these steps (default: all)"
    )
    parser.add_argument(
        "--force", action="store_true", help="repeat steps that belong to the present weights, too"
    )
    parser.add_argument(
        "--list",
        action="store_true",
        help="list the steps and whether their files are up to date, and measure nothing",
    )


def run(options: argparse.Namespace) -> int:
    """Measures everything that depends on the weights of the deployed networks again.

    The exit code is 2 if a step failed.
    """
    if not (PROJECT / "tools").is_dir():
        raise UserError("Run this command in a checkout of QANA: it writes files of the project.")
    steps = choose_steps(options.only)
    if options.list:
        for step in steps:
            print(describe_step(step), flush=True)
        return 0
    folders = find_folders(options.data, options.outliers)
    results = list(run_measurements(steps, folders, options.force, print_message))
    for result in results:
        print(describe_result(result))
    return 2 if any(result.status == Status.FAILED for result in results) else 0


def choose_steps(names: list[str] | None) -> list[MeasurementStep]:
    """Chooses the steps with the given names, or all, in the order of the list.

    Args:
        names: names of steps; None for all.

    Raises:
        UserError: there is no step with such a name.
    """
    steps = list_steps()
    known = [step.name for step in steps]
    for name in names or ():
        if name not in known:
            raise UserError(f"There is no step '{name}': choose among {', '.join(known)}.")
    return [step for step in steps if names is None or step.name in names]


def find_folders(data: Path | None, outliers: Path | None = None) -> dict[str, Path]:
    """Finds the folders that commands need.

    Args:
        data: folder that holds the data sets; None for none.
        outliers: folder of photographs without a lesion; None for none.

    Returns:
        Name of each data set, "data" and "outliers", to its absolute path. What is not given is
        left out.

    Raises:
        DataError: the folder of the data sets is missing or holds no data set.
    """
    folders = {} if data is None else {DATA: data, **find_sources(data)}
    if outliers is not None:
        folders[OUTLIERS] = outliers
    return {name: folder.absolute() for name, folder in folders.items()}


def describe_step(step: MeasurementStep) -> str:
    """Describes a step and the state of its files in a few lines."""
    reason = step.explain_outdated(step)
    outliers = ["photographs without a lesion"] if step.needs_outliers else []
    needs = [*step.sources, *outliers, *map(str, step.needs)]
    return "\n".join(
        (
            f"{step.name:20} {'outdated' if reason else 'present':9} {step.duration:8} "
            f"{step.measures}",
            f"    files: {', '.join(step.files)}",
            f"    command: {step.format_command()}",
            *([f"    needs: {', '.join(needs)}"] if needs else []),
            *([f"    outdated: {reason}"] if reason else []),
        )
    )


def describe_result(result: StepResult) -> str:
    """Describes what happened to a step, in one line with its files."""
    files = ", ".join(result.step.files)
    return f"{result.step.name:20} {result.status:9} {result.reason}  [{files}]"
