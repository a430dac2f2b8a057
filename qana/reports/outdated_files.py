"""Explains why the files of a measurement step do not belong to the present weights.

Each function takes a step and returns one sentence, or None if its files are up to date.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qana.data.paper_split import SPLIT_FILE
from qana.errors import ModelError
from qana.inference.manifest import MANIFEST, find_entry, find_models_folder, read_manifest
from qana.inference.model_store import hash_file
from qana.inference.signed_folder import choose_key_file, verify_folder
from qana.reports.measurement_step import MeasurementStep, locate_file
from qana.reports.model_cards import get_card_path, make_card
from qana.reports.readme import README, RESULTS, fill_readme
from qana.reports.recorded_weights import (
    Origin,
    Weights,
    find_present_weights,
    read_origin,
    read_picture_weights,
)
from qana.reports.regulatory_card import CARD, make_regulatory_card
from qana.reports.results import make_results
from qana.reports.scale import SCALE, make_scale
from qana.reports.screening_report import read_screening
from qana.reports.seen_lesions import has_present_split


def explain_outdated_reports(step: MeasurementStep) -> str | None:
    """Checks that each JSON report of a step names the present weights and the step's command."""
    for file in step.files:
        if file.endswith(".json") and not file.endswith(MANIFEST):
            document = _read_json(locate_file(file))
            if document is None:
                return f"{file} is missing or damaged."
            if reason := _compare_origin(file, read_origin(document), step):
                return reason
    return None


def explain_outdated_gate(step: MeasurementStep) -> str | None:
    """Checks the gate in the manifest record of the step's model."""
    return _check_record(step, "gate", "gate")


def explain_outdated_cases(step: MeasurementStep) -> str | None:
    """Checks the reference cases in the manifest record of the step's model, and their report."""
    reason = _check_record(step, "cases", "search of similar cases")
    return reason or explain_outdated_reports(step)


def explain_outdated_edge_head(step: MeasurementStep) -> str | None:
    """Checks the edge head in the manifest record of the step's model, and its study."""
    return _check_record(step, "edge", "edge head") or explain_outdated_reports(step)


def explain_outdated_learning(step: MeasurementStep) -> str | None:
    """Checks the report on learning, which also names the edge head that it measured."""
    if reason := explain_outdated_reports(step):
        return reason
    measured = _read_json(locate_file(step.files[0])) or {}
    if measured.get("edge") != find_entry(step.models[0]).record.get("edge"):
        return f"{step.files[0]} belongs to another edge head."
    return None


def explain_outdated_same_lesion(step: MeasurementStep) -> str | None:
    """Checks the report on seen lesions, which holds the scores of several models by name.

    A model with the present split has seen no such lesion, so nothing is measured for it.
    """
    file, name = step.files[0], step.models[0]
    document = _read_json(locate_file(file))
    if document is None:
        return f"{file} is missing or damaged."
    if has_present_split(find_entry(name)):
        return None
    scores = document.get("models", {}).get(name, {})
    return _compare_weights(file, {name: scores["sha256"]} if "sha256" in scores else {}, step)


def explain_outdated_paper(step: MeasurementStep) -> str | None:
    """Checks the protocol of the paper, which trains networks of its own on a stored split."""
    document = _read_json(locate_file(step.files[0]))
    if document is None:
        return f"{step.files[0]} is missing or damaged."
    if document.get("split", {}).get("sha256") != hash_file(SPLIT_FILE):
        return f"{step.files[0]} belongs to another split."
    return _compare_origin(step.files[0], read_origin(document), step)


def explain_outdated_cards(step: MeasurementStep) -> str | None:
    """Compares the model cards with what the manifest gives now."""
    texts = {get_card_path(entry): make_card(entry) for entry in read_manifest()}
    return _compare_texts(texts)


def explain_outdated_readme(step: MeasurementStep) -> str | None:
    """Compares README.md and two documents with what the files in models/ give now."""
    text = README.read_text(encoding="utf-8")
    return _compare_texts(
        {README: fill_readme(text), RESULTS: make_results(), CARD: make_regulatory_card()}
    )


def explain_outdated_signature(step: MeasurementStep) -> str | None:
    """Checks that the files of the models folder are as they were signed."""
    folder = find_models_folder()
    try:
        verify_folder(folder, choose_key_file(folder))
    except ModelError as error:
        return str(error)
    return None


def explain_outdated_scale(step: MeasurementStep) -> str | None:
    """Compares docs/scale.md with what the report on many photos gives now."""
    return _compare_texts({SCALE: make_scale(read_screening())})


def explain_outdated_pictures(step: MeasurementStep) -> str | None:
    """Checks that each picture of a step names the present weights in its EXIF data."""
    for file in step.files:
        try:
            weights = read_picture_weights(locate_file(file))
        except OSError:
            return f"{file} is missing or damaged."
        if reason := _compare_weights(file, weights, step):
            return reason
    return None


def _check_record(step: MeasurementStep, key: str, title: str) -> str | None:
    name = step.models[0]
    record = find_entry(name).record.get(key)
    if not isinstance(record, dict):
        return f"{MANIFEST} has no {title} of {name}."
    if isinstance(record.get("weights"), str):  # the record of one network need not name it
        record = record | {"weights": {name: record["weights"]}}
    return _compare_origin(f"The {title} of {name} in {MANIFEST}", read_origin(record), step)


def _compare_origin(subject: str, origin: Origin, step: MeasurementStep) -> str | None:
    if reason := _compare_weights(subject, origin.weights, step):
        return reason
    if origin.command != step.format_command():
        return f"{subject} was made by another command: {origin.command}."
    return None


def _compare_weights(subject: str, weights: Weights, step: MeasurementStep) -> str | None:
    for name, sha256 in find_present_weights(step.models).items():
        if name not in weights:
            return f"{subject} does not name the weights of {name}."
        if weights[name] != sha256:
            return f"{subject} belongs to earlier weights of {name}."
    return None


def _compare_texts(texts: Mapping[Path, str]) -> str | None:
    for path, text in texts.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            return f"{path.name} differs from the files in models/."
    return None


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None
