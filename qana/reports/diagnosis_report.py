"""Fills the page of a report from a scan, the model that answered, and where it ran."""

import base64
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import jinja2
import numpy as np

from qana.classes import BY_CODE, CLASSES
from qana.explanation.answer_map import answer_picture
from qana.inference.backend import CHIP
from qana.inference.classifier import AkidaClassifier, Prediction
from qana.inference.diagnosis import UNSURE, Scan
from qana.inference.probabilities import percent
from qana.resources import VERSION

JPEG_QUALITY = 90
PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
)


def scan_report(
    scan: Scan,
    prediction: Prediction,
    classifier: AkidaClassifier,
    made: datetime,
    recorded: str | None = None,
) -> bytes:
    """One HTML file that needs no other: pictures inside, no script, nothing asked of the network.

    Args:
        scan: the photo and its problems.
        prediction: what the network says of it.
        classifier: who says it.
        made: when, with its time zone.
        recorded: code of the data set's diagnosis, for a photo of HAM10000.

    Returns:
        UTF-8 text.
    """
    code, probability = prediction.top[0]
    explained = answer_picture(scan.shown, prediction, classifier.layers)
    page = PAGES.get_template("diagnosis_report.html").render(
        made=made,
        verdict=None
        if prediction.unsure
        else {"name": BY_CODE[code].name, "about": BY_CODE[code].about},
        unsure=UNSURE,
        probability=percent(probability),
        problems=[problem.message for problem in scan.problems],
        recorded=BY_CODE[recorded].name.lower() if recorded else None,
        photo=_embedded(scan.shown),
        heat=None if explained is None else _embedded(explained),
        likeliest=BY_CODE[code].name.lower(),
        top=[
            {"name": BY_CODE[guess].name, "percent": percent(share), "width": 100 * share}
            for guess, share in prediction.top
        ],
        look=percent(prediction.needs_look_probability),
        look_group=", ".join(lesion.name.lower() for lesion in CLASSES if lesion.needs_look),
        events=prediction.events,
        sparsity=prediction.sparsity,
        layers=_layers(prediction),
        rows=_sources(prediction, classifier),
    )
    return page.encode()


def _embedded(picture: np.ndarray) -> str:
    """(S, S, 3) uint8 RGB as an address that holds the picture itself."""
    _, file = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return f"data:image/jpeg;base64,{base64.b64encode(file.tobytes()).decode()}"


def _layers(prediction: Prediction) -> list[dict[str, Any]]:
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


def _sources(prediction: Prediction, classifier: AkidaClassifier) -> list[tuple[str, str, str]]:
    """What, its value, and where that comes from."""
    entry = classifier.entry
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
        ("Ran on", classifier.device, "Found here when the model was loaded."),
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
