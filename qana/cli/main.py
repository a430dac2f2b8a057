"""Reads the command line and runs one command.

Exit codes: 0 success, 1 a bug in QANA, 2 wrong use or unreadable input, 130 interrupted.
"""

import argparse
import errno
import io
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from types import ModuleType

import qana
from qana.cli.common import allow_changed_models, check_output_folder, print_message
from qana.errors import UserError, explain_missing_package
from qana.inference.manifest import find_models_folder
from qana.inference.signed_folder import check_signed_folder

COMMANDS = {
    "models": "Verify and list the models in the models folder.",
    "verify": "Verify the signature and every file of the models folder.",
    "sign": "Sign the models folder with a new key, whose private half is thrown away.",
    "predict": "Classify photos with a spiking network on Akida.",
    "screen": "Classify many photos into a table, and continue after an interruption.",
    "evaluate": "Evaluate a model on a folder of labelled images.",
    "teachers": "Train the teachers of the models, and store their labels of the training photos.",
    "train": "Train a model, quantize it, convert it for Akida and check it.",
    "convert": "Convert the quantized Keras form of a model to .fbz, with all checks.",
    "export": "Write the float and the integer network of a model as ONNX, with a card.",
    "same-lesions": "Find photos of one lesion by their pixels, and write the pairs.",
    "gate": "Fit the thresholds for rejecting images without a lesion and for abstaining.",
    "similar": "Choose the training lesions among which similar cases are searched.",
    "concepts": "Fit and measure the read-outs of named features, such as hair and pen marks.",
    "explain": "Measure how faithful each explanation method is.",
    "study": "Train and compare variants of the network, and write their table.",
    "protocol": "Evaluate a model by a protocol and write the report.",
    "measure": "Measure everything again that depends on the weights of the deployed networks.",
    "reproduce": "Check every figure of README.md that can be had here, and name the others.",
    "edge": "Make the edge head of a model for Akida 1.0, the layer that learns.",
    "learn": "Teach the edge head of a model new photos on the device.",
    "bench": "Measure latency and energy of each runtime on this computer.",
    "walkthrough": "Compute what the page Convert shows, so that no visitor waits for it.",
    "export-lesson": "Write a lesson as plain files that need neither Python nor the engine.",
    "handout": "Write a one-page PDF for teaching: from pixels to spikes.",
}
"""Name of each command and its description. Its module in `qana.cli` has _ in place of -."""
CHANGING = (
    *("train", "gate", "similar", "concepts", "explain", "study", "protocol", "measure", "edge"),
    "walkthrough",
)
"""Commands that write to the models folder, or are steps of `measure`, which runs before models are
signed: they need no valid signature."""
WITHOUT_MODELS = ("sign", "teachers", "same-lesions")
"""Commands that read nothing of the models folder that must be signed."""
TRACEBACK = "QANA_TRACEBACK"
"""Environment variable that shows where an unexpected error arose."""
STOPPED = "Stopped."
MOST_CHARACTERS = 200
"""Largest number of characters of an unexpected error in a message."""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: the words after `qana` on the command line; None reads them from `sys.argv`.

    Returns:
        The exit code.
    """
    _prepare_streams()
    options = argparse.Namespace()
    try:
        with explain_missing_package():
            options = _parse(sys.argv[1:] if arguments is None else arguments)
            if runs := getattr(options, "runs", None):
                check_output_folder(runs)
            with _open_models(options.command):
                code = int(_import(options.command).run(options))
            sys.stdout.flush()
            return code
    except UserError as error:
        print_message(str(error))
        return 2
    except BrokenPipeError:  # the reader of the output, such as `head`, has closed it
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print_message(_describe_stop(options))
        return 130
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        return _report_unexpected(error)


def _open_models(command: str) -> AbstractContextManager[None]:
    """Checks the signature of the models before a command runs.

    Raises:
        ModelError: they are not as they were signed, and the command does not change them.
    """
    if command in CHANGING:
        return allow_changed_models()
    if command not in WITHOUT_MODELS:
        check_signed_folder(find_models_folder())
    return nullcontext()


def _prepare_streams() -> None:
    """Makes any path printable, and discards what goes to a stream that the caller has closed.

    Characters that a terminal or pipe has no code for, such as those of some paths, are escaped.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # Python's sign of a closed stream
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - stays open
            setattr(sys, name, nowhere)
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _describe_stop(options: argparse.Namespace) -> str:
    """Describes what is left of a command that Ctrl+C has ended."""
    if getattr(options, "runs", None):
        return "Stopped. Run the same command again to continue from its checkpoints."
    if getattr(options, "command", None) == "measure":
        return "Stopped. Run the same command again to continue after the steps that are done."
    return STOPPED


def _report_unexpected(error: Exception) -> int:
    """Prints one sentence on an error that is no `UserError`, and returns the exit code."""
    if isinstance(error, OSError) and (error.filename or error.errno == errno.ENOSPC):
        print_message(
            f"{error.filename or 'A file'} cannot be read or written ({error.strerror}): check "
            "that it is there, that you may use it and that the disk has space."
        )
        return 2
    if isinstance(error, MemoryError):
        print_message("The memory is full: close other programs, then run the command again.")
        return 1
    name = type(error).__name__
    print_message(
        f"This is a fault of QANA ({name}: {' '.join(str(error).split())[:MOST_CHARACTERS]}). To "
        f"report it, run the command again with the environment variable {TRACEBACK}=1."
    )
    return 1


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="qana", description="Classify photos of skin lesions on Akida."
    )
    parser.add_argument("--version", action="version", version=f"qana {qana.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        # Only the chosen command is imported, so that `predict` starts quickly.
        if name in arguments:
            _import(name).add_arguments(command)
    return parser.parse_args(arguments)


def _import(command: str) -> ModuleType:
    return import_module(f"qana.cli.{command.replace('-', '_')}")
