"""The command `qana concepts`."""

import argparse

from qana.cli.common import add_data_option, add_model_option, check_output_folder, print_message
from qana.errors import UserError
from qana.evaluation.report_files import to_document, write_report
from qana.explanation.concepts import FILE, REPORT, ConceptsReport
from qana.inference.classifier import load_classifier
from qana.inference.manifest import find_entry, find_models_folder
from qana.inference.model_store import hash_file

SOURCES = ("ham10000", "milk10k", "pad_ufes_20")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_data_option(parser, "folder whose subfolders are the data sets")
    add_model_option(parser)
    parser.add_argument(
        "--photos",
        type=int,
        default=0,
        metavar="N",
        help="largest number of photos of each source and image type in a subset (default: 0, all)",
    )


def run(options: argparse.Namespace) -> int:
    """Fits the read-outs of named features, and measures them on test lesions."""
    if options.photos < 0:
        raise UserError("Give --photos a number of photos, or 0 for all of them.")
    folder = find_models_folder()
    find_entry(options.model)
    check_output_folder(folder)
    from qana.data.source_splits import split_sources
    from qana.data.sources import find_sources, read_source
    from qana.explanation.fit_concepts import fit_concepts

    folders = find_sources(options.data)
    if "milk10k" not in folders and "ham10000" not in folders:
        raise UserError(f"{options.data} holds neither MILK10k nor HAM10000: give their folder.")
    photos = [
        one for name in SOURCES if name in folders for one in read_source(name, folders[name])
    ]
    subsets = split_sources(photos)
    classifier = load_classifier(options.model)
    parts = {name: subsets[name] for name in ("train", "validation", "test")}
    read_outs, concepts = fit_concepts(classifier, parts, options.photos, print_message)
    if not concepts:
        raise UserError("The photos have no labels of any feature: give more photos.")
    path = folder / f"{options.model}{FILE}"
    read_outs.write(path)
    ending = f" --photos {options.photos}" if options.photos else ""
    report = ConceptsReport(
        command=f"python -m qana concepts --data DIR --model {options.model}{ending}",
        model=options.model,
        sha256=classifier.entry.sha256,
        file_sha256=hash_file(path),
        concepts=concepts,
    )
    write_report(folder / f"{options.model}{REPORT}", to_document(report))
    for concept in concepts:
        tests = ", ".join(f"{one.source} {one.image_type} {one.auc:.3f}" for one in concept.tests)
        print(f"{concept.title}: AUC {tests or 'not measured'}")
    return 0
