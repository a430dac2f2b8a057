"""The command `qana protocol`."""

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

from qana.cli.common import (
    add_data_option,
    add_json_option,
    add_runs_option,
    parse_path,
    print_json,
    print_message,
)
from qana.errors import UserError
from qana.evaluation.report_files import read_report_if_present, to_document, write_report
from qana.inference.manifest import AKIDA1, DEFAULT_MODEL, find_models_folder
from qana.network.keras_forms import silence_tensorflow
from qana.protocols.sources_report import SourcesReport, name_report

PROTOCOLS = {
    "lesion": "qana.protocols.lesion",
    "same-lesion": "qana.protocols.same_lesion",
    "paper": "qana.protocols.paper",
    "paper-clinical": "qana.protocols.paper_clinical",
    "clinical": "qana.protocols.clinical",
    "sources": "qana.protocols.sources",
    "learning": "qana.edge_learning.protocol",
}
"""Name of each protocol to its module, which has a function `run`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument("name", choices=tuple(PROTOCOLS), help="the protocol")
    add_data_option(
        parser,
        "folder of HAM10000; for clinical, the folder of PAD-UFES-20; for sources and "
        "paper-clinical, the folder that holds the folders of all data sets",
    )
    parser.add_argument(
        "--phone", type=parse_path, metavar="DIR", help="folder of PAD-UFES-20; for learning only"
    )
    add_runs_option(parser)
    parser.add_argument(
        "--model", help=f"name of the model (default: {DEFAULT_MODEL}; for learning: {AKIDA1})"
    )
    parser.add_argument(
        "--subset",
        choices=("test", "validation"),
        default="test",
        help="photos to evaluate, for sources only (default: test)",
    )
    parser.add_argument(
        "--left-out",
        action="append",
        default=[],
        type=parse_left_out,
        metavar="SOURCE=FILE",
        help="add a network that was trained without a source to the report that exists, and "
        "measure nothing else; for sources only; may be repeated",
    )
    add_json_option(parser)


def parse_left_out(text: str) -> tuple[str, Path]:
    """Splits an option such as milk10k=runs/float.h5.

    Raises:
        argparse.ArgumentTypeError: the text has no equals sign.
    """
    source, sign, file = text.partition("=")
    if not (source and sign and file):
        raise argparse.ArgumentTypeError("give SOURCE=FILE, such as milk10k=runs/float.h5")
    return source, Path(file)


def run(options: argparse.Namespace) -> int:
    """Evaluates a model by a protocol and writes the report to protocols/ of the models folder."""
    silence_tensorflow()
    protocol = import_module(PROTOCOLS[options.name]).run
    relative = f"protocols/{options.name}.json"
    if options.name == "learning":
        if not options.phone:
            raise UserError("Give the folder of PAD-UFES-20 with --phone.")
        document = protocol(
            options.data, options.phone, options.model or AKIDA1, options.runs, print_message
        )
    elif options.name == "sources":
        relative, document = _run_sources(options)
    else:
        report = protocol(options.data, options.model or DEFAULT_MODEL, print_message)
        document = to_document(report)
    path = find_models_folder() / relative
    write_report(path, document)
    if options.json:
        print_json(document)
    else:
        print(f"Wrote {path}.")
    return 0


def _run_sources(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """Runs the sources protocol; returns the name of its report and the document."""
    from qana.protocols import sources

    model = options.model or DEFAULT_MODEL
    relative = name_report(model, options.subset)
    earlier = read_report_if_present(relative, SourcesReport, None)
    if options.left_out:
        if earlier is None:
            raise UserError(
                "There is no report to add to: run the command without --left-out first."
            )
        networks = dict(options.left_out)
        report = sources.add_left_out(earlier, options.data, networks, print_message)
    else:
        left_out = earlier.left_out if earlier else ()
        report = sources.run(
            options.data, model, print_message, subset=options.subset, left_out=left_out
        )
    return relative, to_document(report)
