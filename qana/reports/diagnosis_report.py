"""Writes the report of one diagnosis: a page to keep, whole in one file, made in memory."""

from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2

from qana.classes import BY_CODE, CLASSES
from qana.data.samples import Sample
from qana.explanation.answer_map import draw_answer_map
from qana.inference.backend import CHIP
from qana.inference.classifier import Prediction
from qana.inference.diagnosis import UNSURE, Diagnosis
from qana.inference.probabilities import format_percent
from qana.reports.data_urls import embed_picture
from qana.reports.source_facts import describe_dark_skin, read_valid_report
from qana.reports.training_data import describe_sources
from qana.resources import VERSION

PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
)


def write_diagnosis_report(
    diagnosis: Diagnosis, made: datetime, sample: Sample | None = None
) -> bytes:
    """Writes one HTML file that needs no other: pictures inside, no script, no address to ask.

    Args:
        diagnosis: with an answer. The report is about the network that gave it.
        made: when, with its time zone.
        sample: the sample that the photo is of; None for a photo of the user's own.

    Returns:
        UTF-8 text.

    Raises:
        ValueError: the photo was rejected.
    """
    prediction = diagnosis.prediction
    if prediction is None:
        raise ValueError("This photo was rejected: it has no answer to report.")
    code, probability = prediction.top[0]
    explained = draw_answer_map(diagnosis)
    page = PAGES.get_template("diagnosis_report.html").render(
        made=made,
        verdict=None
        if prediction.unsure
        else {"name": BY_CODE[code].name, "about": BY_CODE[code].about},
        unsure=UNSURE,
        probability=format_percent(probability),
        problems=[problem.message for problem in diagnosis.problems],
        recorded=BY_CODE[sample.label].name.lower() if sample else None,
        attribution=sample.attribution if sample else None,
        photo=embed_picture(diagnosis.square),
        heat=None if explained is None else embed_picture(explained),
        likeliest=BY_CODE[code].name.lower(),
        top=[
            {"name": BY_CODE[guess].name, "percent": format_percent(share), "width": 100 * share}
            for guess, share in prediction.top
        ],
        look=format_percent(prediction.malignant_probability),
        look_group=", ".join(lesion.name.lower() for lesion in CLASSES if lesion.malignant),
        events=prediction.events,
        sparsity=prediction.sparsity,
        layers=_list_layers(prediction),
        dark_skin=describe_dark_skin(read_valid_report(diagnosis.classifier.entry)),
        rows=_list_sources(diagnosis, prediction),
        learned_from=describe_sources(diagnosis.classifier.entry),
        licence=diagnosis.classifier.entry.record["licence"].partition(" (")[0],
    )
    return page.encode()


def _list_layers(prediction: Prediction) -> list[dict[str, Any]]:
    most = max((layer.events for layer in prediction.layers), default=1) or 1
    return [
        {
            "name": layer.name,
            "events": layer.events,
            "silent": layer.sparsity,
            "width": 100 * layer.events / most,
        }
        for layer in prediction.layers
    ]


def _list_sources(diagnosis: Diagnosis, prediction: Prediction) -> list[tuple[str, str, str]]:
    """Lists what is stated, its value, and where it comes from."""
    entry = diagnosis.classifier.entry
    chip = prediction.backend == CHIP
    rows = [
        (
            "Probabilities",
            "",
            "Computed here from the network's own logits, over the temperature "
            f"{entry.temperature:.2f} that was fitted on validation lesions.",
        ),
        (
            "Events",
            f"{prediction.events:,}",
            "Counted here by the simulator, which computes the integers of the chip.",
        ),
        (
            "Time",
            f"{prediction.latency_ms:.0f} ms",
            "Measured here on the chip."
            if chip
            else "Measured here in the simulator; it says nothing of a chip's time.",
        ),
        ("Ran on", diagnosis.device, "Found here when the model was loaded."),
        (
            "Model",
            f"{entry.name}, {entry.sha256[:12]}",
            f"{entry.parameters:,} parameters, {entry.weight_bits}-bit weights, "
            f"{entry.activation_bits}-bit activations; made by {entry.record['command']}.",
        ),
        (
            "Software",
            f"QANA {VERSION}, akida {version('akida')}",
            "Read from what is installed.",
        ),
    ]
    test = entry.metrics.get("lesion-test")
    if test:
        rows.append(
            (
                "How good it is",
                f"accuracy {test['accuracy']:.2f}, balanced accuracy "
                f"{test['balanced_accuracy']:.2f}",
                f"Measured on {test['n']:,} dermatoscopic photos of lesions that it never saw, by "
                "the command that made it.",
            )
        )
    return rows
