"""The command `qana reproduce`."""

import argparse
from collections import Counter
from dataclasses import asdict

from qana.cli.common import add_json_option, parse_path, print_json, print_message
from qana.errors import UserError, explain_missing_package
from qana.reports.checked_figure import CheckedFigure, Status

HINTS = {
    Status.COMPUTED: "computed here, and equal",
    Status.RECORDED: "equal to the signed report, but not computed here",
    Status.UNCHECKED: "cannot be checked here",
    Status.DIFFERENT: "different",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument(
        "--data",
        type=parse_path,
        metavar="DIR",
        help="folder of HAM10000, or folder whose subfolders are the data sets; without it, scores "
        "are compared with the reports in the models folder",
    )
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Checks every figure of README.md that can be had here, and names the others.

    The exit code is 2 if a figure differs.
    """
    with explain_missing_package():
        from qana.reports.check_readme import Measured, check_readme, measure_models
        from qana.reports.readme import README
    if not README.is_file():
        raise UserError("Run this command in a checkout of QANA: it checks README.md.")
    measured = measure_models(options.data, print_message) if options.data else Measured()
    figures = check_readme(README.read_text(encoding="utf-8"), measured)
    if options.json:
        print_json({"figures": [asdict(figure) for figure in figures]})
    else:
        _print(figures)
    return 2 if any(figure.status == Status.DIFFERENT for figure in figures) else 0


def _print(figures: list[CheckedFigure]) -> None:
    for figure in figures:
        found = f", found {figure.found}" if figure.status == Status.DIFFERENT else ""
        reason = f" ({figure.reason})" if figure.reason else ""
        print(f"{figure.status:10} {figure.name}: {figure.stated}{found}{reason}")
    counts = Counter(figure.status for figure in figures)
    print("; ".join(f"{counts[status]} {hint}" for status, hint in HINTS.items()) + ".")
