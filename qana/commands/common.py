"""What the commands share: where words and where results go."""

import json
import logging
import os
import sys
import warnings


def say(message: str) -> None:
    """One line for the person at the terminal, on stderr."""
    print(message, file=sys.stderr, flush=True)


def print_json(document: object) -> None:
    """The one JSON document of a command, on stdout."""
    print(json.dumps(document, indent=1, allow_nan=False))


def quiet_tensorflow() -> None:
    """Keeps TensorFlow's own lines off the terminal; call it before the first import of it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # The models folder keeps .h5, which other programs read; Keras warns at every save.
    warnings.filterwarnings("ignore", message="You are saving your model as an HDF5 file")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
