"""The command `qana same-lesions`."""

import argparse
from pathlib import Path

from qana.cli.common import add_data_option, add_runs_option
from qana.data.same_lesion import PAIRS_FILE, write_same_lesions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_data_option(parser, "folder of one data set, or the folder that holds several")
    parser.add_argument(
        "--out", type=Path, default=PAIRS_FILE, metavar="FILE", help="CSV file to write"
    )
    add_runs_option(parser)


def run(options: argparse.Namespace) -> int:
    """Finds photos of one lesion by their pixels and writes the pairs."""
    from qana.data.same_lesion_search import find_same_lesions
    from qana.data.sources import read_sources

    pairs = find_same_lesions(read_sources(options.data), options.runs)
    write_same_lesions(pairs, options.out)
    print(f"Wrote {len(pairs)} pairs to {options.out}.")
    return 0
