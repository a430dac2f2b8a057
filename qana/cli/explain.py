"""The command `qana explain`."""

import argparse
import os

from qana.cli.common import (
    add_data_option,
    add_json_option,
    add_model_option,
    add_runs_option,
    check_output_folder,
    print_json,
    print_message,
)
from qana.errors import UserError
from qana.evaluation.report_files import write_report
from qana.inference.manifest import find_models_folder
from qana.network.keras_forms import silence_tensorflow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_data_option(parser, "folder of HAM10000, or folder whose subfolders are the data sets")
    add_model_option(parser)
    parser.add_argument(
        "--photos",
        type=int,
        default=0,
        metavar="N",
        help="number of test lesions, one photo each (default: 0, all of them)",
    )
    add_runs_option(parser)
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Measures how faithful each explanation method is, and writes explanations.json."""
    if options.photos < 0:
        raise UserError("Give --photos a number of lesions, or 0 for all of them.")
    check_output_folder(find_models_folder())
    silence_tensorflow()
    os.environ.setdefault("TQDM_DISABLE", "1")
    from qana.explanation.faithfulness_table import SCORES
    from qana.explanation.measure_faithfulness import measure_faithfulness

    document = measure_faithfulness(
        options.data, options.model, options.photos, options.runs, print_message
    )
    write_report(find_models_folder() / "explanations.json", document)
    if options.json:
        print_json(document)
        return 0
    for method, scores in document["methods"].items():
        found = "  ".join(f"{name} {scores[name]['mean']:.3f}" for name in SCORES)
        print(f"{method:12} {found}  ({scores['photos']} photos)")
    return 0
