"""The command `qana study`."""

import argparse

from qana.cli.common import (
    add_data_option,
    add_json_option,
    add_runs_option,
    check_output_folder,
    parse_path,
    print_json,
    print_message,
)
from qana.inference.manifest import find_models_folder
from qana.network.keras_forms import silence_tensorflow

NAMES = (
    *("levers", "teachers", "larger", "batch", "bits"),
    *("ablation", "baselines", "seeds", "narrow", "sources", "sparsity"),
)
"""Names of the studies in `qana.studies.catalog`, which takes too long to import here."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument("name", choices=NAMES, help="the study")
    add_data_option(parser)
    parser.add_argument(
        "--out", type=parse_path, metavar="DIR", help="models folder to write to (default: models)"
    )
    add_runs_option(parser)
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Makes the table of one study. After a stop, the same command continues."""
    out = options.out or find_models_folder()
    check_output_folder(out)
    silence_tensorflow()
    from qana.evaluation.report_files import to_document
    from qana.studies.catalog import STUDIES
    from qana.studies.run_study import run_study

    table = run_study(STUDIES[options.name], options.data, options.runs, out, print_message)
    if options.json:
        print_json(to_document(table))
    else:
        print("\t".join(table.columns))
        for row in table.rows:
            print("\t".join("" if cell is None else str(cell) for cell in row))
    return 0
