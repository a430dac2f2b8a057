"""Reads the command line and runs one command.

Exit codes: 0 success, 1 a bug in QANA, 2 wrong use or unreadable input, 130 interrupted.
"""

import argparse
import sys
from importlib import import_module

import qana
from qana.cli.common import print_message
from qana.errors import UserError, explain_missing_package

COMMANDS = {
    "models": "Verify and list the models in the models folder.",
    "predict": "Classify photos with a spiking network on Akida.",
    "evaluate": "Evaluate a model on a folder of labelled images.",
    "teachers": "Train the teachers of the models, and store their labels of the training photos.",
    "train": "Train a model, quantize it, convert it for Akida and check it.",
    "convert": "Convert the quantized Keras form of a model to .fbz, with all checks.",
    "gate": "Fit the thresholds for rejecting images without a lesion and for abstaining.",
    "explain": "Measure how faithful each explanation method is.",
    "study": "Train and compare variants of the network, and write their table.",
    "protocol": "Evaluate a model by a protocol and write the report.",
    "measure": "Measure everything again that depends on the weights of the deployed networks.",
    "edge": "Make the edge head of a model for Akida 1.0, the layer that learns.",
    "learn": "Teach the edge head of a model new photos on the device.",
    "bench": "Measure latency and energy of each runtime on this computer.",
    "handout": "Write a one-page PDF for teaching: from pixels to spikes.",
}
"""Name of each command, which is also its module in `qana.cli`, and its description."""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: the words after `qana` on the command line; None reads them from `sys.argv`.

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
    except BrokenPipeError:  # the reader of the output, such as `head`, has closed it
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print_message("Stopped. Run the same command again to continue from its checkpoints.")
        return 130


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
            import_module(f"qana.cli.{name}").add_arguments(command)
    return parser.parse_args(arguments)
