"""What the commands share: where words and where results go."""

import json
import sys


def print_message(message: str) -> None:
    """One line for the person at the terminal, on stderr."""
    print(message, file=sys.stderr, flush=True)


def print_json(document: object) -> None:
    """The one JSON document of a command, on stdout."""
    print(json.dumps(document, indent=1, allow_nan=False))
