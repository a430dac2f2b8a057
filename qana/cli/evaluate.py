"""The command `qana evaluate`."""

import argparse
from pathlib import Path

from qana.cli.common import add_json_option, add_model_option, print_json, print_message
from qana.data.labelled_folder import read_labelled_folder
from qana.data.lesion_split import read_split
from qana.errors import UserError
from qana.evaluation.evaluate import evaluate
from qana.evaluation.report_files import to_document
from qana.evaluation.scores import Evaluation
from qana.inference.classifier import load_classifier


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument(
        "--images", type=Path, required=True, metavar="DIR", help="folder of the images"
    )
    parser.add_argument(
        "--labels",
        type=Path,
        required=True,
        metavar="CSV",
        help="labels in the layout of HAM10000 or of an ISIC ground truth",
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
    """Evaluates one model on a folder of labelled images."""
    classifier = load_classifier(options.model)
    images = read_labelled_folder(options.images, options.labels)
    if options.subset:
        split = read_split()
        images = [image for image in images if split.get(image.image_id) == "test"]
        if not images:
            raise UserError(
                f"No image in {options.labels.name} shows a held-out lesion: omit --subset, or "
                "give HAM10000."
            )
    print_message(f"{len(images)} images on {classifier.device}")
    report = evaluate(classifier, images, abstain=options.abstain)
    if options.json:
        print_json(to_document(report))
    else:
        _print(report)
    return 0


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
