"""Holds options, messages on stderr and results on stdout that several commands share."""

import argparse
import json
import os
import signal
import sys
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from qana.errors import ModelError, UserError
from qana.inference.manifest import DEFAULT_MODEL, find_models_folder
from qana.inference.signed_folder import MODELS_VARIABLE, check_signed_folder
from qana.output_files import find_target, is_same_file

_CONTROLS = ("Cc", "Zl", "Zp")
"""Unicode categories of control characters and of line breaks."""
_REORDERING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
"""Unicode bidirectional classes of signs that turn the order of the text around them."""


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--json`."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def add_model_option(parser: argparse.ArgumentParser, default: str = DEFAULT_MODEL) -> None:
    """Adds `--model`, the name of a model in the models folder."""
    parser.add_argument("--model", default=default, help=f"name of the model (default: {default})")


def add_data_option(parser: argparse.ArgumentParser, about: str = "folder of HAM10000") -> None:
    """Adds `--data`, a required folder."""
    parser.add_argument("--data", type=parse_path, required=True, metavar="DIR", help=about)


def add_outliers_option(parser: argparse.ArgumentParser) -> None:
    """Adds the option --outliers, the folder of photographs without a lesion."""
    parser.add_argument(
        "--outliers",
        type=parse_path,
        metavar="DIR",
        help="folder that `python -m tools.outlier_photos` filled; its photographs without a "
        "lesion join the fit and the test of the gate",
    )


def add_runs_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--runs`, the folder from which an interrupted command continues."""
    parser.add_argument(
        "--runs",
        type=parse_path,
        default=Path("runs"),
        metavar="DIR",
        help="folder for checkpoints (default: runs)",
    )


def parse_path(text: str) -> Path:
    """Converts an argument to a path.

    Raises:
        argparse.ArgumentTypeError: it is empty, as when a shell's variable is not set. Python would
            take it for the current folder.
    """
    if not text:
        raise argparse.ArgumentTypeError("the path is empty: give a file or a folder.")
    return Path(text)


def escape_controls(text: str) -> str:
    """Escapes line breaks and control characters, which a file name may hold.

    Args:
        text: such as a sentence with a path.

    Returns:
        One line that moves no cursor, changes no colour and turns no words around on a terminal.
    """
    return "".join(repr(one)[1:-1] if _controls_terminal(one) else one for one in text)


def _controls_terminal(one: str) -> bool:
    return unicodedata.category(one) in _CONTROLS or unicodedata.bidirectional(one) in _REORDERING


def print_message(message: str) -> None:
    """Prints one line for the user, on stderr."""
    print(escape_controls(message), file=sys.stderr, flush=True)


def print_json(document: object) -> None:
    """Prints the one JSON document of a command, on stdout."""
    print(json.dumps(document, indent=1, allow_nan=False))


@contextmanager
def interrupt_on_termination() -> Iterator[None]:
    """Lets SIGTERM end a command like Ctrl+C, so that it says how to continue.

    Yields:
        None, while the command runs.
    """

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # has no signals
        yield
        return
    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def check_output_file(path: Path, source: Path | None = None) -> None:
    """Checks that a file can be written, before a command works for minutes to fill it.

    Args:
        path: the file, which need not exist. A link is followed.
        source: a file that the command reads, and that must not be replaced.

    Raises:
        UserError: it cannot be written. The sentence says why and what to do.
    """
    target = path
    try:
        target = find_target(path)
        is_folder, has_parent = target.is_dir(), target.parent.is_dir()
        writable = os.access(target, os.W_OK) if target.exists() else _accepts_files(target.parent)
    except OSError:  # such as a name that is too long
        is_folder, has_parent, writable = False, True, False
    if is_folder:
        raise UserError(f"{path} is a folder: give the name of a file.")
    if not has_parent:
        raise UserError(f"There is no folder {target.parent}: create it or give another place.")
    if source is not None and is_same_file(path, source):
        raise UserError(f"{path} is the file to read: give another file to write.")
    if not writable:
        raise UserError(f"{path} cannot be written: give a place that you may write to.")


def check_output_folder(path: Path) -> None:
    """Checks that files can be written to a folder, which is created later if it is missing.

    Args:
        path: the folder, which need not exist.

    Raises:
        UserError: it cannot be written to. The sentence says what to do.
    """
    try:
        there = next(one for one in (path, *path.absolute().parents) if one.exists())
        writable = there.is_dir() and _accepts_files(there)
    except OSError:
        writable = False
    if not writable:
        raise UserError(
            f"The folder {path} cannot be written to: give a place that you may write to."
        )


@contextmanager
def allow_changed_models() -> Iterator[None]:
    """Lets a command that changes the models folder work on one that is not as it was signed.

    Prints a sentence if the folder is not as it was signed, before the command or because of it.
    Processes that the command starts work on the folder in the same way.

    Yields:
        None, while the command runs.

    Raises:
        ModelError: the user names a key for a folder that it has not signed as it is.
    """
    folder = find_models_folder()
    if os.environ.get(MODELS_VARIABLE):  # the user's own folder
        check_signed_folder(folder)
        yield
        return
    was_signed = _check_signature(folder, "The command continues with the models as they are.")
    os.environ[MODELS_VARIABLE] = str(folder)
    try:
        yield
    finally:
        del os.environ[MODELS_VARIABLE]
        if was_signed:
            _check_signature(folder, "The command has changed the models.")


def _check_signature(folder: Path, remark: str) -> bool:
    """Returns whether a models folder is as it was signed; prints why it is not, and a remark."""
    try:
        check_signed_folder(folder)
    except ModelError as error:
        print_message(f"{error} {remark}")
        return False
    return True


def _accepts_files(folder: Path) -> bool:
    """Returns whether a file can be made in a folder; permissions alone do not show it."""
    try:
        with TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
