"""The command `qana screen`."""

import argparse
import errno
import sys

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from qana.cli.common import (
    add_json_option,
    add_model_option,
    check_output_file,
    check_output_folder,
    interrupt_on_termination,
    parse_path,
    print_json,
    print_message,
)
from qana.errors import UserError
from qana.screening.local_pool import MAX_WORKERS
from qana.screening.rows import NOTICE
from qana.screening.screen_table import LOCAL, RAY, ScreeningPlan, screen_to_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="folder, ZIP archive, table with a column named path, or photos",
    )
    parser.add_argument(
        "--out",
        type=parse_path,
        required=True,
        metavar="FILE",
        help="the table: .csv or .parquet, one row a photo, sorted by path",
    )
    add_model_option(parser)
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="number of processes, or of Ray actors (default: one for each core)",
    )
    parser.add_argument(
        "--engine", choices=(LOCAL, RAY), default=LOCAL, help="what runs the workers"
    )
    parser.add_argument(
        "--address",
        help='address of a Ray cluster, such as "auto" (default: Ray on this computer alone)',
    )
    parser.add_argument("--resume", action="store_true", help="continue an interrupted run")
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Classifies photos into a table; a photo that cannot be read is a row with a reason."""
    plan = make_plan(options)
    check_output_file(plan.out)
    check_output_folder(plan.state_folder)
    bar: tqdm | None = None

    def show_progress(done: int, photos: int) -> None:
        nonlocal bar
        if bar is None:
            bar = tqdm(total=photos, initial=done, unit=" photos", file=sys.stderr, smoothing=0.02)
        bar.update(done - bar.n)

    try:
        with interrupt_on_termination(), logging_redirect_tqdm():
            count = screen_to_table(plan, show_progress)
    except KeyboardInterrupt:
        if bar is None:
            raise
        done, photos = bar.n, bar.total
        bar.close()
        print_message(
            f"Stopped after {done} of {photos} photos: run the same command with --resume to "
            "continue."
        )
        return 130
    except OSError as error:
        if bar is None or error.errno != errno.ENOSPC:
            raise
        bar.close()
        print_message(
            f"The disk of {plan.out} is full after {bar.n} of {bar.total} photos: free some space, "
            "then run the same command with --resume to continue."
        )
        return 2
    finally:
        if bar is not None:
            bar.close()
    if options.json:
        print_json({"out": str(plan.out), "rows": count, "model": plan.model, "notice": NOTICE})
    print_message(f"{count} rows in {plan.out}. Not a medical device: for {NOTICE}.")
    return 0


def make_plan(options: argparse.Namespace) -> ScreeningPlan:
    """Makes the plan from the options.

    Raises:
        UserError: an option cannot be used.
    """
    if options.workers is not None and not 1 <= options.workers <= MAX_WORKERS:
        raise UserError(f"--workers {options.workers}: give a number from 1 to {MAX_WORKERS}.")
    if options.address and options.engine != RAY:
        raise UserError("--address is for a Ray cluster: add --engine ray.")
    return ScreeningPlan(
        sources=options.sources,
        out=options.out,
        model=options.model,
        workers=options.workers,
        engine=options.engine,
        address=options.address,
        resume=options.resume,
    )
