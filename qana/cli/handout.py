"""The command `qana handout`."""

import argparse
from pathlib import Path

from qana.classes import BY_CODE
from qana.cli.common import add_model_option, check_output_file, parse_path, print_message
from qana.data.samples import load_samples
from qana.errors import UserError
from qana.imaging import read_image
from qana.inference.classifier import load_classifier
from qana.reports.handout.content import gather_content
from qana.reports.handout.page import draw_handout, save_handout

DEFAULT_LABEL = "mel"
SUFFIX = ".pdf"
"""Ending of the file to write. Without this rule, a wrong name would replace a photo."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument(
        "--out",
        type=parse_path,
        default=Path("qana-handout.pdf"),
        metavar="FILE",
        help="file to write (default: qana-handout.pdf)",
    )
    parser.add_argument(
        "--image",
        type=parse_path,
        metavar="FILE",
        help="photo to show (default: a sample melanoma)",
    )
    add_model_option(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the handout for one photo, by default the first sample of a melanoma."""
    check_output_file(options.out, source=options.image)
    if options.out.suffix.lower() != SUFFIX:
        raise UserError(f"{options.out} does not end in {SUFFIX}: give a file of this kind.")
    if options.image is None:
        sample = next(sample for sample in load_samples() if sample.label == DEFAULT_LABEL)
        image, words = read_image(sample.path), f"{BY_CODE[DEFAULT_LABEL].name}, HAM10000"
    else:
        image, words = read_image(options.image), "Your photo"
    save_handout(
        draw_handout(gather_content(load_classifier(options.model), image, words)), options.out
    )
    print_message(f"Wrote one A4 page to {options.out}.")
    return 0
