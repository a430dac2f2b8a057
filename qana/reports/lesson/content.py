"""Gathers what the lesson shows: the network, the photos with the engine's answers, and texts."""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np

from qana.classes import BY_CODE
from qana.data.samples import Sample, load_all_samples
from qana.data.source_names import ATTRIBUTIONS, TITLES
from qana.evaluation.report_files import read_studies
from qana.export.integer_network_files import NetworkFiles, pack_network
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.prediction import Prediction
from qana.reports.lesson.stored_chapters import (
    StoredChapters,
    gather_stored_chapters,
    make_questions,
)
from qana.walkthrough.layer_events import find_plain_skin, make_uniform_grey
from qana.walkthrough.quiz import Question
from qana.walkthrough.tuning_study import describe_tuning

SKIN, GREY = "Plain skin", "Uniform grey"


@dataclass(frozen=True)
class LessonPhoto:
    """A photo of the lesson.

    Attributes:
        name: for its button.
        about: source, recorded diagnosis and licence, for its caption.
        prediction: the engine's answer, with the pixels that the network read.
    """

    name: str
    about: str
    prediction: Prediction

    def to_json(self) -> dict[str, Any]:
        """Converts the photo to what the page reads. The pixels are in base64."""
        return {
            "name": self.name,
            "about": self.about,
            "pixels": encode_base64(self.prediction.inputs.tobytes()),
            "engine": {
                "events": self.prediction.events,
                "logits": [float(logit) for logit in self.prediction.logits],
            },
        }


@dataclass(frozen=True)
class LessonContent:
    """What the lesson shows.

    Attributes:
        model: name of the network.
        sha256: of its file.
        side: side of its input, pixels.
        files: the integer network.
        photos: the samples, then plain skin and uniform grey.
        study: what tuning improves; empty if the study is missing.
        attributions: source and licence of each data set that the photos are from.
        skin_events: events of plain skin.
        grey_events: events of uniform grey.
        stored: the chapters on conversion and bits; None if no results of these weights are stored.
        questions: of the quiz, about the first photo.
    """

    model: str
    sha256: str
    side: int
    files: NetworkFiles
    photos: tuple[LessonPhoto, ...]
    study: str
    attributions: tuple[str, ...]
    skin_events: int
    grey_events: int
    stored: StoredChapters | None
    questions: tuple[Question, ...]


def gather_content(classifier: AkidaClassifier) -> LessonContent:
    """Classifies the samples and gathers the rest.

    Args:
        classifier: a network for Akida 2.0.

    Raises:
        ExportError: a layer of the network cannot be exported.
    """
    files = pack_network(classifier)
    samples = load_all_samples()
    size = classifier.input_size
    skin = find_plain_skin()
    pictures = [to_input(read_image(sample.path), size) for sample in samples]
    pictures += [to_input(skin.picture, size), make_uniform_grey(size)]
    names = [f"Photo {number}" for number in range(1, len(samples) + 1)] + [SKIN, GREY]
    about = [_describe(sample) for sample in samples]
    about += [
        f"A corner of {skin.image_id} without a lesion, enlarged. {ATTRIBUTIONS['ham10000']}.",
        "Made, not photographed: every pixel is the same.",
    ]
    predictions = classifier.classify_inputs(np.stack(pictures))
    photos = map(LessonPhoto, names, about, predictions)
    stored = gather_stored_chapters(classifier)
    studies = {table.study: table for table in read_studies()}
    return LessonContent(
        model=classifier.name,
        sha256=classifier.entry.sha256,
        side=size,
        files=files,
        photos=tuple(photos),
        study=describe_tuning(studies["bits"]) if "bits" in studies else "",
        attributions=tuple(
            f"{TITLES[source]}: {ATTRIBUTIONS[source]}"
            for source in dict.fromkeys(sample.source for sample in samples)
        ),
        skin_events=predictions[-2].events,
        grey_events=predictions[-1].events,
        stored=stored,
        questions=make_questions(predictions[0], predictions[-2], stored),
    )


def _describe(sample: Sample) -> str:
    return (
        f"{sample.image_id}, recorded as {BY_CODE[sample.label].name.lower()}, cropped and scaled. "
        f"{sample.attribution}."
    )


def encode_base64(content: bytes) -> str:
    """Encodes bytes as base64 in ASCII."""
    return base64.b64encode(content).decode("ascii")
