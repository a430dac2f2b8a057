"""The command `qana teachers`."""

import argparse

from qana.cli.common import add_data_option, add_runs_option, print_message
from qana.data.sources import find_sources
from qana.network.keras_forms import silence_tensorflow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_data_option(parser, "folder whose subfolders are the data sets")
    add_runs_option(parser)


def run(options: argparse.Namespace) -> int:
    """Trains the teachers on all sources and prints their validation scores.

    After a stop, the same command continues.
    """
    find_sources(options.data)  # before torch loads
    silence_tensorflow()
    print_message("Loading torch. This takes a few seconds.")
    from qana.training.named_teachers import SOURCE_VIEWS
    from qana.training.prepare_teachers import prepare_teachers

    tables = prepare_teachers(options.data, SOURCE_VIEWS, options.runs, print_message)
    for digest, table in tables.items():
        print(f"teacher {digest}: criterion {table.criterion:.3f}")
        for row in table.rows:
            scores = row.scores
            values = (scores.accuracy, scores.balanced_five, scores.macro_f1, scores.auc)
            cells = ["  none" if one.value is None else f"{one.value:6.3f}" for one in values]
            print(f"  {row.source:12} {row.image_type:12} {scores.photos:5}", *cells)
    print("Columns: photos, accuracy, balanced accuracy of five classes, macro F1, AUC")
    return 0
