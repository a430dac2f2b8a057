"""The command `qana similar`."""

import argparse

from qana.cli.common import add_data_option, add_model_option, check_output_folder, print_message
from qana.data.same_lesion import group_photos, read_same_lesion_pairs
from qana.data.source_names import TITLES
from qana.data.sources import SOURCES
from qana.evaluation.answer_photos import answer_photos
from qana.evaluation.report_files import write_report
from qana.explanation.choose_cases import build_cases, choose_cases
from qana.explanation.reference_cases import (
    CASES_FILE,
    MEASURED,
    SUFFIX,
    write_case_features,
)
from qana.inference.classifier import load_classifier
from qana.inference.manifest import find_entry, find_models_folder, update_record
from qana.inference.model_store import hash_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_data_option(parser, "folder whose subfolders are the data sets")
    add_model_option(parser)


def run(options: argparse.Namespace) -> int:
    """Chooses the reference cases, stores their features, and measures the search."""
    folder = find_models_folder()
    find_entry(options.model)
    check_output_folder(folder)
    check_output_folder(CASES_FILE.parent)
    from qana.explanation.measure_search import measure_search
    from qana.training.subsets import read_labelled_subsets

    print_message("Choosing the reference cases among the training lesions")
    subsets = read_labelled_subsets(options.data, SOURCES)
    photos = subsets["train"]
    lesions = group_photos(photos, read_same_lesion_pairs())
    chosen = choose_cases(photos, lesions)
    cases = build_cases(chosen, lesions)
    cases.write()
    classifier = load_classifier(options.model)
    print_message(f"Computing the features of {len(chosen)} photos on {classifier.device}")
    features = answer_photos(classifier, [photo.path for photo in chosen]).features
    path = folder / f"{options.model}{SUFFIX}"
    write_case_features(path, cases, features)
    command = f"python -m qana similar --data DIR --model {options.model}"
    record = {
        "file": path.name,
        "sha256": hash_file(path),
        "lesions": len(set(cases.lesions.tolist())),
        "photos": len(chosen),
        "command": command,
        "weights": classifier.entry.sha256,
    }
    update_record(options.model, {"cases": record}, folder)  # the search works from now on
    parts = {name: subsets[name] for name in ("validation", "test")}
    measured = measure_search(cases, chosen, features, classifier, parts, print_message)
    document = {"command": command, "model": options.model, "sha256": classifier.entry.sha256}
    write_report(folder / f"{options.model}{MEASURED}", document | measured)
    neighbours = measured["neighbours"]["akida"]
    update_record(options.model, {"cases": record | {"neighbours": neighbours}}, folder)
    for row in neighbours:
        shares = ", ".join(f"{share:.0%} of {count}" for count, share in row["shares"].items())
        title = f"{TITLES[row['source']]}, {row['image_type']}"
        print(f"{title}: {shares} nearest cases have the class, {row['chance']:.0%} by chance")
    for kind, shares in measured["means"].items():
        print(f"Mean share at 5 with {kind} features: {shares['5']:.1%}")
    print(f"{len(chosen)} photos of {record['lesions']} training lesions are reference cases")
    return 0
