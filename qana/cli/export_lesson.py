"""The command `qana export-lesson`."""

import argparse

from qana.cli.common import (
    add_json_option,
    add_model_option,
    check_output_file,
    check_output_folder,
    parse_path,
    print_json,
    print_message,
)
from qana.inference.classifier import load_classifier
from qana.reports.lesson.files import DATA, PAGE, SCRIPT, SOURCES, STYLE, write_lesson


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument("folder", type=parse_path, metavar="DIR", help="folder to write to")
    add_model_option(parser)
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Writes the lesson as plain files."""
    check_output_folder(options.folder)
    if options.folder.is_dir():
        for name in (PAGE, SCRIPT, DATA, STYLE, SOURCES):
            check_output_file(options.folder / name)
    classifier = load_classifier(options.model)
    lesson = write_lesson(classifier, options.folder)
    if not lesson.complete:
        print_message(
            "The chapters on conversion and bits are left out, because no results of these weights "
            "are stored: run `python -m qana walkthrough` first."
        )
    if options.json:
        print_json(
            {
                "model": classifier.name,
                "sha256": classifier.entry.sha256,
                "files": [str(path) for path in lesson.files],
                "bytes": lesson.size,
                "photos": lesson.photos,
                "complete": lesson.complete,
            }
        )
        return 0
    print_message(
        f"Wrote {len(lesson.files)} files, {lesson.size / 1e6:.1f} MB, to {options.folder}. Open "
        f"{PAGE} there in a browser, or let any web server serve the folder."
    )
    return 0
