"""The command `qana walkthrough`."""

import argparse

from qana.cli.common import add_model_option, check_output_folder, print_message
from qana.resources import ASSETS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_model_option(parser)
    parser.add_argument(
        "--designs",
        action="store_true",
        help="run the vendor's tools on the designs of the exercise with the block instead, which "
        "depend on no model",
    )


def run(options: argparse.Namespace) -> int:
    """Computes what the page Convert shows at once, and stores it in assets/."""
    check_output_folder(ASSETS)
    if options.designs:
        from qana.walkthrough.block_repair_job import REPAIRS_FILE, store_repairs

        store_repairs(print_message)
        print_message(f"Wrote {REPAIRS_FILE.name}.")
        return 0
    from qana.walkthrough.store_results import store_results

    path = store_results(options.model, print_message)
    print_message(f"Wrote {path.name} and a network for each pair of bits to {path.parent}.")
    return 0
