"""Holds options, messages on stderr and results on stdout that several commands share."""

import argparse
import json
import sys
from pathlib import Path

from qana.inference.manifest import DEFAULT_MODEL


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--json`."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def add_model_option(parser: argparse.ArgumentParser, default: str = DEFAULT_MODEL) -> None:
    """Adds `--model`, the name of a model in the models folder."""
    parser.add_argument("--model", default=default, help=f"name of the model (default: {default})")


def add_data_option(parser: argparse.ArgumentParser, about: str = "folder of HAM10000") -> None:
    """Adds `--data`, a required folder."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help=about)


def add_runs_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--runs`, the folder from which an interrupted command continues."""
    parser.add_argument(
        "--runs",
        type=Path,
        default=Path("runs"),
        metavar="DIR",
        help="folder for checkpoints (default: runs)",
    )


def print_message(message: str) -> None:
    """Prints one line for the user, on stderr."""
    print(message, file=sys.stderr, flush=True)


def print_json(document: object) -> None:
    """Prints the one JSON document of a command, on stdout."""
    print(json.dumps(document, indent=1, allow_nan=False))
