"""Prints messages on stderr and results on stdout."""

import json
import sys


def print_message(message: str) -> None:
    """Prints one line for the user, on stderr."""
    print(message, file=sys.stderr, flush=True)


def print_json(document: object) -> None:
    """Prints the one JSON document of a command, on stdout."""
    print(json.dumps(document, indent=1, allow_nan=False))
