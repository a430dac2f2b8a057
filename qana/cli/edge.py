"""The command `qana edge`."""

import argparse

from qana.cli.common import (
    add_data_option,
    add_model_option,
    add_runs_option,
    check_output_folder,
    print_message,
)
from qana.inference.manifest import AKIDA1, find_models_folder
from qana.network.keras_forms import silence_tensorflow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_data_option(parser)
    add_model_option(parser, AKIDA1)
    add_runs_option(parser)
    parser.add_argument(
        "--keep-settings",
        action="store_true",
        help="train with the settings of the present head, without a search that takes hours",
    )


def run(options: argparse.Namespace) -> int:
    """Makes the edge head of a model for Akida 1.0, with settings chosen on validation lesions."""
    check_output_folder(find_models_folder())
    silence_tensorflow()
    from qana.edge_learning.build_edge_head import build_edge_head

    record = build_edge_head(
        options.data,
        options.model,
        find_models_folder(),
        options.runs,
        print_message,
        keep_settings=options.keep_settings,
    )
    passes = ", ".join(f"{name} {count}" for name, count in record["passes"].items())
    print(
        f"{record['file']}, {record['head']['file']}: {record['spikes']} spikes, "
        f"{record['neurons']} neurons for each class and {record['spare']} spare ones, with "
        f"{record['connections']} connections; passes of network and head: {passes}"
    )
    return 0
