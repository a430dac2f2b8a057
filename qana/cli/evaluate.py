"""The command `qana evaluate`."""

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from qana.cli.common import add_json_option, add_model_option, parse_path, print_json, print_message
from qana.data.class_map import read_class_map
from qana.data.csv_tables import quote_value
from qana.data.diagnoses import find_own_label
from qana.data.labelled_folder import (
    CLASS_REASON,
    CONTRADICTION,
    COPY,
    LISTED_TWICE,
    MISSING,
    LeftOut,
    read_labelled_folder,
)
from qana.data.lesion_split import read_split
from qana.data.photo_files import make_photo_key
from qana.errors import ImageError, UserError
from qana.evaluation.evaluate import evaluate
from qana.evaluation.report_files import to_document
from qana.evaluation.scores import Evaluation
from qana.imaging import read_image
from qana.inference.classifier import load_classifier
from qana.screening.rows import format_path

MAX_NAMED = 5
"""Largest number of photos that a message names for one reason."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument(
        "--images", type=parse_path, required=True, metavar="DIR", help="folder of the images"
    )
    parser.add_argument(
        "--labels",
        type=parse_path,
        required=True,
        nargs="+",
        metavar="TABLE",
        help="table of the labels: HAM10000, an ISIC ground truth, ISIC metadata, PAD-UFES-20, or "
        "MILK10k's ground truth and then its metadata",
    )
    parser.add_argument(
        "--map",
        type=parse_path,
        metavar="FILE",
        help="table of two columns for the labels of any other set: its class, and ours or nothing",
    )
    add_model_option(parser)
    parser.add_argument(
        "--subset", choices=("lesion-test",), help="use only the test lesions of HAM10000"
    )
    parser.add_argument(
        "--abstain",
        action="store_true",
        help="exclude images that the model rejects or abstains on",
    )
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Evaluates one model on a folder of labelled images.

    Photos that cannot be read are named, and the others are evaluated; the exit code is then 2.
    """
    only = None
    if options.subset:
        only = {make_photo_key(name) for name, part in read_split().items() if part == "test"}
    folder = read_labelled_folder(options.images, options.labels, options.map, only)
    if not folder.images:
        raise UserError(
            f"No image in {options.labels[0].name} shows a held-out lesion: omit --subset, or "
            "give HAM10000."
        )
    classifier = load_classifier(options.model)
    unreadable: list[dict[str, str]] = []

    def report_unreadable(path: Path, error: ImageError) -> None:
        print_message(f"{path}: {error}")
        unreadable.append({"path": format_path(str(path)), "reason": str(error)})

    left_out = _find_unreadable_copies(folder.left_out, report_unreadable)
    total = len(folder.images) + len(unreadable)
    own = read_class_map(options.map) if options.map else {}
    for line in describe_left_out(left_out, own):
        print_message(line)
    print_message(f"{len(folder.images)} images on {classifier.device}")
    found = evaluate(
        classifier,
        folder.images,
        options.abstain,
        lambda image, error: report_unreadable(image.path, error),
    )
    if unreadable:
        print_message(
            f"{len(unreadable)} of {total} images cannot be read. The scores are "
            "those of the others."
        )
    if options.json:
        counts = dict(Counter(one.reason for one in left_out))
        print_json(to_document(found) | {"left_out": counts, "unreadable": unreadable})
    else:
        _print(found)
    return 2 if unreadable else 0


def _find_unreadable_copies(
    left_out: Iterable[LeftOut], report: Callable[[Path, ImageError], None]
) -> list[LeftOut]:
    """Reports the files that are left out as equal to another one and are no photos at all.

    Downloads that fail often leave the same page of an error in many files.

    Args:
        left_out: the photos that the table lists but that are not used.
        report: is called for each file that cannot be read.

    Returns:
        The others.
    """
    others = []
    for one in left_out:
        if one.path and one.reason in (COPY, CONTRADICTION):
            try:
                read_image(one.path)
            except ImageError as error:
                report(one.path, error)
                continue
        others.append(one)
    return others


def describe_left_out(
    left_out: Iterable[LeftOut], own: Mapping[str, str] | None = None
) -> list[str]:
    """Describes what is not evaluated, one sentence for each reason.

    Args:
        left_out: the photos that the table lists but that are not used.
        own: the file of `--map`, as `qana.data.class_map.read_class_map` gives it.

    Returns:
        The sentences, each with the number of photos and the first ids.
    """
    by_reason: dict[str, list[str]] = defaultdict(list)
    unknown: set[str] = set()
    for one in left_out:
        by_reason[one.reason].append(one.image_id)
        if not one.known:
            unknown.add(one.reason)
    sentences = []
    for reason, ids in by_reason.items():
        more = f" and {len(ids) - MAX_NAMED} more" if len(ids) > MAX_NAMED else ""
        named = ", ".join(map(quote_value, ids[:MAX_NAMED])) + more
        advice = ""
        if reason in (LISTED_TWICE, COPY):
            rows = "1 row names" if len(ids) == 1 else f"{len(ids)} rows name"
            sentences.append(f"{rows} a photo that counts once ({reason}): {named}.")
            continue
        if reason in unknown:
            advice = " QANA does not know this class: give it one of the seven with --map."
        elif reason.startswith(CLASS_REASON):
            mapped = find_own_label(reason.removeprefix(CLASS_REASON), own or {}) is not None
            advice = (
                " The file of --map gives it none of the seven classes."
                if mapped
                else " This is none of the seven classes: give it one of them with --map."
            )
        elif reason == MISSING:
            advice = " Give the folder that holds all of them to evaluate these, too."
        photos = "1 photo is" if len(ids) == 1 else f"{len(ids)} photos are"
        sentences.append(f"{photos} left out ({reason}): {named}.{advice}")
    return sentences


def _print(report: Evaluation) -> None:
    for name in ("accuracy", "balanced_accuracy", "macro_f1"):
        low, high = getattr(report.ci95, name)
        value = getattr(report, name)
        print(f"{name.replace('_', ' '):18} {value:.3f}  95 % {low:.3f} to {high:.3f}")
    print(f"{'AUC':18} {_number(report.auc)}")
    print(f"{'calibration error':18} {report.ece:.3f}")
    by = ", ".join(f"{count} {name}" for name, count in report.abstained_by.items())
    print(f"{'excluded':18} {report.abstained} ({by})")
    for label, scores in report.per_class.items():
        if scores.n:
            print(
                f"  {label:6} n {scores.n:5}  precision {_number(scores.precision)}  "
                f"recall {_number(scores.recall)}  F1 {_number(scores.f1)}"
            )


def _number(value: float | None) -> str:
    return "    -" if value is None else f"{value:.3f}"
