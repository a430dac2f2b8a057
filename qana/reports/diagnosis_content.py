"""Gathers what the reports of one diagnosis state, for the web page and for the PDF."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

import numpy as np

from qana.classes import BY_CODE, CLASSES, LABELS
from qana.data.samples import Sample
from qana.explanation.answer_map import draw_answer_map
from qana.inference.backend import CHIP
from qana.inference.diagnosis import UNSURE, Diagnosis
from qana.inference.prediction import Prediction
from qana.inference.probabilities import format_percent
from qana.reports.near_cases import NearCase, list_near_cases
from qana.reports.source_facts import describe_dark_skin, read_valid_report
from qana.reports.training_data import describe_sources
from qana.resources import VERSION

NO_DEVICE = "Not a medical device."
NO_CONFIRMATION = (
    "For research and teaching only. No answer here confirms that a lesion is harmless. Show a "
    "changing, bleeding or new spot to a doctor."
)


@dataclass(frozen=True)
class ClassShare:
    """One of the seven classes.

    Attributes:
        name: of the class.
        share: its probability, 0 to 1.
        percent: the same in words.
    """

    name: str
    share: float
    percent: str


@dataclass(frozen=True)
class LayerShare:
    """The events of one hidden layer.

    Attributes:
        name: of the layer.
        events: number of activations that are not zero.
        silent: share of the activations that are zero, 0 to 1.
        share: its events as a share of those of the busiest layer, 0 to 1.
    """

    name: str
    events: int
    silent: float
    share: float


@dataclass(frozen=True)
class SourceRow:
    """The source of one number.

    Attributes:
        what: name of the number.
        value: the number in words; empty if it stands elsewhere.
        source: where it comes from.
    """

    what: str
    value: str
    source: str


@dataclass(frozen=True, eq=False)
class DiagnosisContent:
    """What a report of one diagnosis states.

    Attributes:
        made: when, in words, with its time zone.
        title: the answer in words.
        about: one or two sentences on the class, or why there is none.
        problems: sentences on why the photo is not suitable.
        photo: (S, S, 3) uint8 RGB.
        heat: (S, S, 3) uint8 RGB, the map over the photo; None if there is none.
        likeliest: name of the likeliest class, in lower case.
        classes: all seven classes, the likeliest first.
        look: probability that a professional should look, in words.
        look_group: names of the classes that are summed up for it.
        recorded: recorded class of a sample, in lower case; None for the user's own photo.
        attribution: of the sample; None for the user's own photo.
        events: of all hidden layers.
        sparsity: share of the hidden activations that are zero, 0 to 1.
        layers: the hidden layers in order.
        sources: the sources of the numbers.
        dark_skin: sentence on dark skin; empty if nothing is known.
        cases: the nearest training lesions; empty if the network has no reference cases.
        case_credits: sources and licences of their photos.
        origin: sentence on the data, the weights and the engine.
    """

    made: str
    title: str
    about: str
    problems: tuple[str, ...]
    photo: np.ndarray
    heat: np.ndarray | None
    likeliest: str
    classes: tuple[ClassShare, ...]
    look: str
    look_group: str
    recorded: str | None
    attribution: str | None
    events: int
    sparsity: float
    layers: tuple[LayerShare, ...]
    sources: tuple[SourceRow, ...]
    dark_skin: str
    cases: tuple[NearCase, ...]
    case_credits: str
    origin: str


def gather_diagnosis_content(
    diagnosis: Diagnosis, made: datetime, sample: Sample | None = None
) -> DiagnosisContent:
    """Gathers what a report states; see `qana.reports.diagnosis_report.write_diagnosis_report`.

    Raises:
        ValueError: the photo was rejected.
    """
    prediction, entry = diagnosis.prediction, diagnosis.classifier.entry
    if prediction is None:
        raise ValueError("This photo was rejected: it has no answer to report.")
    code, probability = prediction.top[0]
    lesion, cases = BY_CODE[code], list_near_cases(diagnosis)
    named = f"Looks most like: {lesion.name}, {format_percent(probability)}"
    licence = entry.record["licence"].partition(" (")[0]
    return DiagnosisContent(
        made=format_time(made),
        title="Not sure" if prediction.unsure else named,
        about=UNSURE if prediction.unsure else lesion.about,
        problems=tuple(problem.message for problem in diagnosis.problems),
        photo=diagnosis.square,
        heat=draw_answer_map(diagnosis),
        likeliest=lesion.name.lower(),
        classes=_list_classes(prediction),
        look=format_percent(prediction.malignant_probability),
        look_group=", ".join(one.name.lower() for one in CLASSES if one.malignant),
        recorded=BY_CODE[sample.label].name.lower() if sample else None,
        attribution=sample.attribution if sample else None,
        events=prediction.events,
        sparsity=prediction.sparsity,
        layers=_list_layers(prediction),
        sources=tuple(_list_sources(diagnosis, prediction)),
        dark_skin=describe_dark_skin(read_valid_report(entry)),
        cases=cases,
        case_credits="; ".join(dict.fromkeys(one.case.attribution for one in cases)),
        origin=f"The network learned from {describe_sources(entry)} ({licence}). It runs on "
        "BrainChip's Akida engine, which is proprietary. This page was made in memory. The app "
        "keeps no copy of it or of the photo.",
    )


def format_time(made: datetime) -> str:
    """Writes a time with its time zone, such as "04 March 2026, 15:06 (UTC+00:00)"."""
    zone = made.strftime("%z")
    return f"{made:%d %B %Y, %H:%M} (UTC{zone[:3]}:{zone[3:5]})"


def _list_classes(prediction: Prediction) -> tuple[ClassShare, ...]:
    order = np.argsort(-prediction.probabilities, kind="stable")
    shares = [(LABELS[index], float(prediction.probabilities[index])) for index in order]
    return tuple(
        ClassShare(BY_CODE[label].name, share, format_percent(share)) for label, share in shares
    )


def _list_layers(prediction: Prediction) -> tuple[LayerShare, ...]:
    most = max((layer.events for layer in prediction.layers), default=1) or 1
    return tuple(
        LayerShare(layer.name, layer.events, layer.sparsity, layer.events / most)
        for layer in prediction.layers
    )


def _list_sources(diagnosis: Diagnosis, prediction: Prediction) -> list[SourceRow]:
    entry = diagnosis.classifier.entry
    chip = prediction.backend == CHIP
    rows = [
        SourceRow(
            "Probabilities",
            "",
            "Computed here from the network's own logits, over the temperature "
            f"{entry.temperature:.2f} that was fitted on validation lesions.",
        ),
        SourceRow(
            "Events",
            f"{prediction.events:,}",
            "Counted here by the simulator, which computes the integers of the chip.",
        ),
        SourceRow(
            "Time",
            f"{prediction.latency_ms:.0f} ms",
            "Measured here on the chip."
            if chip
            else "Measured here in the simulator; it says nothing of a chip's time.",
        ),
        SourceRow("Ran on", diagnosis.device, "Found here when the model was loaded."),
        SourceRow(
            "Model",
            f"{entry.name}, {entry.sha256[:12]}",
            f"{entry.parameters:,} parameters, {entry.weight_bits}-bit weights, "
            f"{entry.activation_bits}-bit activations; made by {entry.record['command']}.",
        ),
        SourceRow(
            "Software", f"QANA {VERSION}, akida {version('akida')}", "Read from what is installed."
        ),
    ]
    test = entry.metrics.get("lesion-test")
    if test:
        rows.append(
            SourceRow(
                "How good it is",
                f"accuracy {test['accuracy']:.2f}, balanced accuracy "
                f"{test['balanced_accuracy']:.2f}",
                f"Measured on {test['n']:,} dermatoscopic photos of lesions that it never saw, by "
                "the command that made it.",
            )
        )
    return rows
