"""The command `qana export`."""

import argparse
from pathlib import Path
from typing import Any

from qana.cli.common import (
    add_json_option,
    add_model_option,
    check_output_file,
    check_output_folder,
    parse_path,
    print_json,
    print_message,
)
from qana.errors import UserError
from qana.inference.manifest import ModelEntry, find_entry

FORMATS = ("onnx",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_model_option(parser)
    parser.add_argument(
        "--format", choices=FORMATS, default=FORMATS[0], help="kind of file (default: onnx)"
    )
    parser.add_argument(
        "--out",
        type=parse_path,
        metavar="DIR",
        help="folder to write to (default: NAME-onnx in the current folder)",
    )
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Exports the float and the integer network of a model and prints what the checks found."""
    entry = find_entry(options.model)
    folder = options.out or Path(f"{entry.name}-{options.format}")
    check_output_folder(folder)
    try:
        from qana.export.onnx_files import name_onnx_files, write_onnx_files

        paths = name_onnx_files(entry, folder)
        if folder.is_dir():
            for path in paths.all:
                check_output_file(path)
        keras_model = _load_float(entry)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "qana", "akida"):
            raise
        raise UserError(
            "The export needs TensorFlow, quantizeml, onnx and onnxruntime, and the package "
            f"{package} is missing: in a checkout, run `pip install '.[full]'`."
        ) from None
    checks = write_onnx_files(entry, keras_model, paths)
    if options.json:
        print_json(
            {
                "model": entry.name,
                "sha256": entry.sha256,
                "format": options.format,
                "integer": str(paths.integer),
                "float": str(paths.float_),
                "card": str(paths.card),
                "photos": checks.photos,
                "equal_logits": checks.photos,
                "same_class": checks.same_class,
                "largest_difference": checks.largest_difference,
            }
        )
        return 0
    print(
        f"{paths.integer}: logits equal to Akida's on all {checks.photos} sample photos\n"
        f"{paths.float_}: the class of Akida on {checks.same_class} of {checks.photos} sample "
        f"photos; largest difference from Keras {checks.largest_difference:.1g}\n"
        f"{paths.card}: how to run them"
    )
    return 0


def _load_float(entry: ModelEntry) -> Any:
    from qana.network.keras_forms import load_keras_form, silence_tensorflow

    silence_tensorflow()
    print_message("Loading TensorFlow. This takes a few seconds.")
    return load_keras_form(entry, "float")
