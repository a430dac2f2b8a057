"""The command `qana convert`."""

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np

from qana.cli.common import check_output_file, parse_path, print_message
from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import read_split
from qana.data.samples import load_samples
from qana.imaging import read_image, to_input
from qana.inference.manifest import ModelEntry, find_entry
from qana.inference.model_store import hash_file, verify_file
from qana.network.keras_forms import locate_keras_form
from qana.output_files import write_files

NOISE_PHOTOS = 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument("--model", required=True, help="name of the model")
    parser.add_argument(
        "--out",
        type=parse_path,
        metavar="FILE",
        help="file to write (default: NAME.fbz in the current folder)",
    )
    parser.add_argument(
        "--data",
        type=parse_path,
        metavar="DIR",
        help="folder of HAM10000, to check on its validation photos",
    )


def run(options: argparse.Namespace) -> int:
    """Converts the quantized Keras form of a model and prints what the checks found."""
    entry = find_entry(options.model)
    out = options.out or Path(f"{entry.name}.fbz")
    check_output_file(out)
    path = verify_file(*locate_keras_form(entry, "quantized"))
    photos = _check_set(entry, options.data)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    print_message("Loading TensorFlow. This takes a few seconds.")
    from qana.conversion.convert import convert
    from qana.network.quantizeml_loading import load_model

    model, report = convert(load_model(str(path)), photos, entry.target)
    with tempfile.TemporaryDirectory() as folder:  # the engine writes only files, and in place
        saved = Path(folder) / "model.fbz"
        model.save(str(saved))
        write_files({out: saved.read_bytes()})
    same = "identical to" if hash_file(out) == entry.sha256 else "different from"
    passes = ", ".join(f"{name} {count}" for name, count in report.passes.items())
    ties = ", ".join(
        f"{photos} by a rounding tie in {layer}" for layer, photos in report.ties.items()
    )
    ties = ties or "no rounding tie"
    classes = "the same class on all"
    if report.other_class:
        classes += f" (with the usual rounding of Keras, another class on {report.other_class})"
    print(
        f"{out}: {entry.macs / 1e6:.1f} million MACs; equal logits on {report.equal_logits} of "
        f"{report.photos} photos, largest difference {report.largest_difference:.3g} ({ties}), "
        f"{classes}; passes: {passes}; {same} {entry.path.name}"
    )
    return 0


def _check_set(entry: ModelEntry, data: Path | None) -> np.ndarray:
    size = entry.input_shape[0]
    if data:
        split = read_split()
        photos = read_ham10000(data)
        chosen = [photo.path for photo in photos if split.get(photo.image_id) == "validation"]
        return np.stack([to_input(read_image(path), size) for path in chosen])
    samples = [to_input(read_image(sample.path), size) for sample in load_samples()]
    noise = np.random.default_rng(0).integers(0, 256, (NOISE_PHOTOS, *entry.input_shape), np.uint8)
    return np.concatenate([np.stack(samples), noise])
