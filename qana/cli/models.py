"""The command `qana models`."""

import argparse

from qana.cli.common import add_json_option, print_json
from qana.inference.manifest import read_manifest
from qana.inference.model_store import verify_model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Verifies and lists the models of the models folder."""
    entries = read_manifest()
    for entry in entries:
        verify_model(entry)
    if options.json:
        print_json({"models": [entry.record for entry in entries]})
        return 0
    for entry in entries:
        result = entry.metrics.get("lesion-test", {})
        size = "x".join(str(side) for side in entry.input_shape)
        print(
            f"{entry.name}: {entry.target}, {size}, {entry.weight_bits}/{entry.activation_bits} "
            f"bits, {entry.parameters:,} parameters, {entry.macs / 1e6:.1f} million MACs, balanced "
            f"accuracy {result.get('balanced_accuracy', float('nan')):.3f} on test lesions"
        )
    return 0
