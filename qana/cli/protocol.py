"""The command `qana protocol`."""

import argparse
from importlib import import_module
from pathlib import Path

from qana.cli.common import (
    add_data_option,
    add_json_option,
    add_runs_option,
    print_json,
    print_message,
)
from qana.errors import UserError
from qana.evaluation.report_files import to_document, write_report
from qana.inference.manifest import AKIDA1, DEFAULT_MODEL, find_models_folder
from qana.network.keras_forms import silence_tensorflow

PROTOCOLS = {
    "lesion": "qana.protocols.lesion",
    "paper": "qana.protocols.paper",
    "clinical": "qana.protocols.clinical",
    "learning": "qana.edge_learning.protocol",
}
"""Name of each protocol to its module, which has a function `run`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument("name", choices=tuple(PROTOCOLS), help="the protocol")
    add_data_option(parser, "folder of HAM10000; for clinical, the folder of PAD-UFES-20")
    parser.add_argument(
        "--phone", type=Path, metavar="DIR", help="folder of PAD-UFES-20; for learning only"
    )
    add_runs_option(parser)
    parser.add_argument(
        "--model", help=f"name of the model (default: {DEFAULT_MODEL}; for learning: {AKIDA1})"
    )
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Evaluates a model by a protocol and writes the report to protocols/ of the models folder."""
    silence_tensorflow()
    protocol = import_module(PROTOCOLS[options.name]).run
    if options.name == "learning":
        if not options.phone:
            raise UserError("Give the folder of PAD-UFES-20 with --phone.")
        document = protocol(
            options.data, options.phone, options.model or AKIDA1, options.runs, print_message
        )
    else:
        report = protocol(options.data, options.model or DEFAULT_MODEL, print_message)
        document = to_document(report)
    path = find_models_folder() / "protocols" / f"{options.name}.json"
    write_report(path, document)
    if options.json:
        print_json(document)
    else:
        print(f"Wrote {path}.")
    return 0
