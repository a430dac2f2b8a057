"""The command `qana predict`."""

import argparse
from pathlib import Path
from typing import Any

from qana.classes import BY_CODE
from qana.cli.common import (
    add_json_option,
    add_model_option,
    escape_controls,
    print_json,
    print_message,
)
from qana.imaging import ImageError, read_image
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.diagnosis import diagnose
from qana.inference.prediction import Prediction
from qana.inference.probabilities import format_percent
from qana.screening.rows import format_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of the command."""
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="photos to classify")
    add_model_option(parser)
    parser.add_argument(
        "--raw",
        action="store_true",
        help="classify every readable image, and give its logits with --json",
    )
    add_json_option(parser)


def run(options: argparse.Namespace) -> int:
    """Classifies every readable file; the exit code is 2 if a file could not be read."""
    classifier = load_classifier(options.model)
    answers, unreadable = [], 0
    for path in options.images:
        try:
            answer = _classify(classifier, path, options.raw)
        except ImageError as error:
            unreadable += 1
            print_message(f"{path}: {error}")
            answer = _make_answer(path, str(error))
        answers.append(answer)
        if not options.json:
            print(escape_controls(_format_line(answer)), flush=True)
    if options.json:
        document = {
            "model": classifier.name,
            "sha256": classifier.entry.sha256,
            "backend": classifier.backend,
            "images": answers,
        }
        print_json(document)
    else:
        print_message("Not a medical device: for research and teaching only.")
    return 2 if unreadable else 0


def _classify(classifier: AkidaClassifier, path: Path, raw: bool) -> dict[str, Any]:
    result = diagnose(read_image(path), classifier, force=raw)
    if result.prediction is None:
        return _make_answer(path, result.reason)
    verdict = _describe_prediction(result.prediction)
    if raw:
        logits = result.prediction.logits.tolist()
        return _make_answer(path, None) | {"status": "classified"} | verdict | {"logits": logits}
    return _make_answer(path, result.reason) | {"status": result.status} | verdict


def _describe_prediction(prediction: Prediction) -> dict[str, Any]:
    return {
        "top": [
            {"label": code, "name": BY_CODE[code].name, "probability": probability}
            for code, probability in prediction.top
        ],
        "malignant_probability": prediction.malignant_probability,
        "latency_ms": prediction.latency_ms,
        "events": prediction.events,
        "sparsity": prediction.sparsity,
    }


def _make_answer(path: Path, reason: str | None) -> dict[str, Any]:
    return {
        "path": format_path(str(path)),
        "status": "rejected",
        "reason": reason,
        "top": [],
        "malignant_probability": None,
        "latency_ms": None,
        "events": None,
        "sparsity": None,
    }


def _format_line(answer: dict[str, Any]) -> str:
    if answer["status"] == "rejected":
        return f"{answer['path']}: {answer['reason']}"
    top = ", ".join(
        f"{guess['name']} {format_percent(guess['probability'])}" for guess in answer["top"]
    )
    malignant = f"needs a professional look {format_percent(answer['malignant_probability'])}"
    sure = "" if answer["status"] == "classified" else "not sure, perhaps "
    return f"{answer['path']}: {sure}{top}; {malignant}; {answer['events']:,} events"
