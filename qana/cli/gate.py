"""The command `qana gate`."""

import argparse
from pathlib import Path
from typing import Any

from qana.cli.common import (
    add_data_option,
    add_model_option,
    add_outliers_option,
    check_output_folder,
    parse_path,
    print_message,
)
from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import split_photos
from qana.data.outlier_photos import find_outlier_photos
from qana.data.photo import SMARTPHONE, Photo
from qana.data.photo_files import list_photos
from qana.data.source_names import TITLES
from qana.data.sources import find_sources
from qana.errors import DataError
from qana.evaluation.gate_record import COMPARED_SOURCE
from qana.inference.manifest import find_entry, find_models_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    add_data_option(parser, "folder of HAM10000, or folder whose subfolders are data sets")
    add_model_option(parser)
    parser.add_argument(
        "--phone",
        type=parse_path,
        metavar="DIR",
        help="folder of phone photos, to count how many of them pass; only where the data sets in "
        "--data hold none",
    )
    add_outliers_option(parser)


def run(options: argparse.Namespace) -> int:
    """Fits the gate and the abstention threshold of a model, and prints how well they work."""
    find_entry(options.model)
    check_output_folder(find_models_folder())
    phone = _list_photos(options.phone) if options.phone else ()
    photographs = find_outlier_photos(options.outliers) if options.outliers else ()
    subsets = _read_subsets(options.data, has_phone=bool(phone))
    from qana.training.record_gate_and_abstention import record_gate_and_abstention

    found = record_gate_and_abstention(
        options.model, find_models_folder(), subsets, print_message, phone, photographs
    )
    _print(found["gate"], found["abstain"])
    return 0


def _read_subsets(root: Path, has_phone: bool) -> dict[str, list[Photo]]:
    """Reads the labelled photos of all data sets in a folder, by subset."""
    folders = find_sources(root)
    if COMPARED_SOURCE not in folders:
        raise DataError(
            f"{root.name} does not hold HAM10000: add its folder, because all models are compared "
            "on it."
        )
    if len(folders) == 1:  # other data in its layout have a split of their own
        return split_photos(read_ham10000(folders[COMPARED_SOURCE]))
    from qana.training.subsets import read_labelled_subsets

    subsets = read_labelled_subsets(root, list(folders))
    if has_phone and any(photo.image_type == SMARTPHONE for photo in subsets["train"]):
        raise DataError(
            f"{root.name} holds smartphone photos, and their pass rate is measured anyway: leave "
            "out --phone."
        )
    return subsets


def _list_photos(folder: Path) -> list[Path]:
    found = list_photos(folder) if folder.is_dir() else []
    if not found:
        raise DataError(f"There is no photo in {folder}: give a folder with photos.")
    return found


def _print(gate: dict[str, Any], abstain: dict[str, Any]) -> None:
    for subset, lesions in gate["lesions"].items():
        print(f"{subset:12} {lesions['n']:5} lesions, {lesions['pass']:.1%} pass")
    for subset, rows in gate["sources"].items():
        for row in rows:
            name = f"{TITLES[row['source']]}, {row['image_type']}"
            print(f"{subset:12} {row['n']:5} photos of {name}, {row['pass']:.1%} pass")
    for subset, found in gate["lit_fields"].items():
        print(f"{subset:12} {found['n']:5} lesions in a lit circle, {found['pass']:.1%} pass")
    if "phone" in gate:
        print(f"{'phone':12} {gate['phone']['n']:5} photos, {gate['phone']['pass']:.1%} pass")
    for family, found in gate["turned_away"].items():
        print(f"{family:12} {found['n']:5} pictures, {found['share']:.1%} rejected")
    for title, group in (
        ("test", "test"),
        ("left-out package", "left_out_packages"),
        ("unseen kind", "unseen"),
    ):
        for name, found in gate.get("photographs", {}).get(group, {}).items():
            count, share = found["n"], found["share"]
            print(f"{title}: {count} squares of photographs, {name}, {share:.1%} rejected")
    if in_fields := gate.get("photographs", {}).get("in_lit_fields"):
        print(
            f"{in_fields['n']} of these photographs in a lit circle, "
            f"{in_fields['share']:.1%} rejected"
        )
    print(f"answers with a top probability of at least {abstain['threshold']:.3f} are given")
    for subset, found in abstain["risk_coverage"].items():
        risk = "none" if found["risk"] is None else f"{found['risk']:.1%}"
        print(
            f"{subset:12} {found['coverage']:.1%} answered, {risk} of them wrong, "
            f"{found['points'][-1][1]:.1%} wrong without abstention; AURC {found['aurc']:.3f}"
        )
