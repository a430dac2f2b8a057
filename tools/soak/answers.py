"""Computes the answer that a page must show and compares it with the page."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from qana.classes import BY_CODE
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import diagnose
from qana.inference.prediction import Prediction
from qana.inference.probabilities import format_percent
from tools.soak.client import Client

MAX_DIFFERENCE = 6.0
"""Mean difference of two pictures, 0 to 255, that JPEG may cause. Other photos differ by a multiple
of it."""


@dataclass(frozen=True)
class ExpectedAnswer:
    """The answer that the page must show.

    Attributes:
        texts: texts on the page; the first one is the headline.
        picture: (S, S, 3) uint8 RGB, the square that the network read.
    """

    texts: tuple[str, ...]
    picture: np.ndarray


def compute_answer(data: bytes, classifier: AkidaClassifier) -> ExpectedAnswer:
    """Computes the expected answer, also for a photo that is only classified on request.

    Args:
        data: a readable photo.
        classifier: the same network as on the server.
    """
    diagnosis = diagnose(read_image(data), classifier, force=True)
    assert diagnosis.prediction is not None
    return ExpectedAnswer(_list_texts(diagnosis.prediction), diagnosis.square)


def _list_texts(prediction: Prediction) -> tuple[str, ...]:
    code, probability = prediction.top[0]
    headline = f"{BY_CODE[code].name}, {format_percent(probability)}"
    bars = (
        f"{BY_CODE[label].name} **{format_percent(share)}** [{int(share * 100)}]"
        for label, share in prediction.top
    )
    return (
        "Not sure" if prediction.unsure else headline,
        *bars,
        f"Needs a professional look: {format_percent(prediction.malignant_probability)}",
        f"{1 - prediction.sparsity:.0%} of a dense network's values",
        f"{prediction.events:,} events",
    )


def read_answer(client: Client) -> tuple[list[str], bytes]:
    """Reads the texts and the picture of an answer; the picture is empty if there is none."""
    url = next((url for url, alt in client.page.pictures if "centre square" in alt), "")
    return client.page.texts, client.connection.fetch(url) if url else b""


def find_differences(texts: Sequence[str], picture: bytes, expected: ExpectedAnswer) -> list[str]:
    """Compares a page with the expected answer.

    Args:
        texts: texts of the page.
        picture: encoded picture of the page.
        expected: the expected answer.

    Returns:
        One text for each difference.
    """
    found = [f"missing: {text}" for text in expected.texts if not any(text in t for t in texts)]
    headings = [t for t in texts if re.search(r", (\d+|under 1|over 99)%$", t) or t == "Not sure"]
    found += [f"instead: {heading}" for heading in headings if heading != expected.texts[0]]
    if not picture:
        return [*found, "no picture"]
    image = Image.open(io.BytesIO(picture)).convert("RGB").resize(expected.picture.shape[1::-1])
    difference = np.abs(np.asarray(image, np.int16) - expected.picture).mean()
    if difference >= MAX_DIFFERENCE:
        found.append(f"another picture, mean difference {difference:.0f}")
    return found
