"""Reads the command line and runs one command.

Exit codes: 0 done, 1 a fault of ours, 2 wrong use or unreadable input.
"""

import argparse
import sys
from importlib import import_module

import qana
from qana.cli.common import print_message
from qana.errors import UserError, explain_missing_package

COMMANDS = {
    "models": "List the models in the models folder.",
    "predict": "Classify photos on Akida.",
    "evaluate": "Measure a model on a labelled folder.",
    "train": "Train, quantize, tune, convert, check and publish a model.",
    "convert": "Convert a quantized Keras model to .fbz, with every check.",
    "gate": "Fit what a model turns away: pictures of no lesion, unsure answers.",
    "explain": "Measure how far each explanation can be believed.",
    "study": "Make the table of a comparison, training what it needs.",
    "protocol": "Judge a model by a protocol and write its report.",
    "edge": "Give a model for Akida 1.0 its learning head.",
    "learn": "Teach the head of a model, on the device, from photos.",
    "bench": "Measure latency and energy of every runtime on this machine.",
    "handout": "Write one page for a class: from pixels to spikes, as PDF.",
}
"""Name of each command, which is also its module in `qana.cli`, and what it does."""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: what follows `qana` on the command line; None reads it from there.

    Returns:
        The exit code.
    """
    try:
        with explain_missing_package():
            options = _parse(sys.argv[1:] if arguments is None else arguments)
            return int(import_module(f"qana.cli.{options.command}").run(options))
    except UserError as error:
        print_message(str(error))
        return 2
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print_message("Stopped. Run the same command again to go on from what was saved.")
        return 130


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="qana", description="Classify skin lesions on Akida.")
    parser.add_argument("--version", action="version", version=f"qana {qana.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        # Only the command that is asked for is imported: classifying stays quick to start.
        if name in arguments:
            import_module(f"qana.cli.{name}").add_arguments(command)
    return parser.parse_args(arguments)
