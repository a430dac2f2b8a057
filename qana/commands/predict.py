"""python -m qana predict"""

import argparse
from pathlib import Path
from typing import Any

from qana.commands.common import print_json, say
from qana.imaging import ImageError, assess, read_image
from qana.labels import BY_CODE
from qana.probabilities import percent
from qana.spiking.classifier import AkidaClassifier, Prediction, load_classifier


def run(options: argparse.Namespace) -> int:
    """Classifies every readable file; exit code 2 where one could not be read."""
    classifier = load_classifier(options.model)
    answers, unread = [], 0
    for path in options.images:
        try:
            answers.append(_answer(classifier, path, options.raw))
        except ImageError as error:
            unread += 1
            say(f"{path}: {error}")
            answers.append(_empty(path, str(error)))
    if options.json:
        document = {"model": classifier.name, "backend": classifier.backend, "images": answers}
        print_json(document)
    else:
        for answer in answers:
            print(_line(answer))
        say("Not a medical device: for research and teaching only.")
    return 2 if unread else 0


def _answer(classifier: AkidaClassifier, path: Path, raw: bool) -> dict[str, Any]:
    photo = read_image(path)
    problems = () if raw else assess(photo).problems
    if problems:
        return _empty(path, problems[0].message)
    prediction = classifier.classify(photo)
    answer = _empty(path, None) | {"status": "classified"} | _verdict(prediction)
    return answer | ({"logits": prediction.logits.tolist()} if raw else {})


def _verdict(prediction: Prediction) -> dict[str, Any]:
    return {
        "top": [
            {"label": code, "name": BY_CODE[code].name, "probability": probability}
            for code, probability in prediction.top
        ],
        "malignant_probability": prediction.needs_look_probability,
        "latency_ms": prediction.latency_ms,
        "events": prediction.events,
        "sparsity": prediction.sparsity,
    }


def _empty(path: Path, reason: str | None) -> dict[str, Any]:
    return {
        "path": str(path),
        "status": "rejected",
        "reason": reason,
        "top": [],
        "malignant_probability": None,
        "latency_ms": None,
        "events": None,
        "sparsity": None,
    }


def _line(answer: dict[str, Any]) -> str:
    if answer["status"] != "classified":
        return f"{answer['path']}: {answer['reason']}"
    top = ", ".join(f"{guess['name']} {percent(guess['probability'])}" for guess in answer["top"])
    look = f"needs a professional look {percent(answer['malignant_probability'])}"
    return f"{answer['path']}: {top}; {look}; {answer['events']:,} events"
