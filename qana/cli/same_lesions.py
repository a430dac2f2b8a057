"""The command `qana same-lesions`."""

import argparse

from qana.cli.common import add_data_option, add_runs_option, parse_path
from qana.data.same_lesion import PAIRS_FILE, read_same_lesions, write_same_lesions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_data_option(parser, "folder of one data set, or the folder that holds several")
    parser.add_argument(
        "--out",
        type=parse_path,
        default=PAIRS_FILE,
        metavar="FILE",
        help="CSV file of pairs; those that it holds are checked again",
    )
    add_runs_option(parser)


def run(options: argparse.Namespace) -> int:
    """Finds photos of one lesion by their pixels and writes the pairs.

    Stored pairs with photos of other data sets stay in the file.
    """
    from qana.data.same_lesion_search import find_same_lesions
    from qana.data.sources import read_sources

    photos = read_sources(options.data)
    stored = read_same_lesions(options.out) if options.out.is_file() else []
    known = {photo.image_id for photo in photos}
    others = [pair for pair in stored if not known.issuperset((pair.image_a, pair.image_b))]
    found = find_same_lesions(
        photos, options.runs, [(pair.image_a, pair.image_b) for pair in stored]
    )
    write_same_lesions([*found, *others], options.out)
    print(f"Found {len(found)} pairs and wrote {options.out}.")
    return 0
