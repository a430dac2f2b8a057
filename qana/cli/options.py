"""Options that several commands share."""

import argparse
from pathlib import Path

from qana.inference.manifest import DEFAULT_MODEL


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def add_model_option(parser: argparse.ArgumentParser, default: str = DEFAULT_MODEL) -> None:
    """Adds `--model`, the name of a model in the models folder."""
    parser.add_argument("--model", default=default, help=f"default: {default}")


def add_data_option(parser: argparse.ArgumentParser, about: str = "HAM10000 folder") -> None:
    """Adds `--data`, which the command cannot do without."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help=about)


def add_runs_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--runs`, where a command keeps what it needs to go on after a stop."""
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), metavar="DIR", help="folder for checkpoints"
    )
