"""What a page must say of a photo, by the same network in this process, and what it does say."""

import io
import re
from dataclasses import dataclass

import numpy as np
from PIL import Image

from qana.classes import BY_CODE
from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import Scan, scan
from qana.inference.probabilities import percent
from tools.soak.client import Client

SAME = 6.0
"""Mean difference of two pictures' values, 0 to 255, that a JPEG may cost; other photos differ by
a multiple of it."""


@dataclass(frozen=True)
class Expected:
    """Attributes:
    words: that must stand on the page of the verdict, all of them.
    picture: (S, S, 3) uint8, the square that the page must show.
    """

    words: tuple[str, ...]
    picture: np.ndarray


def expected(data: bytes, classifier: AkidaClassifier) -> Expected:
    """The right answer for a photo, also for one that is turned away until a visitor insists.

    Args:
        data: a readable photo.
        classifier: the network that the server has.
    """
    found = scan(data, classifier, insist=True)
    return Expected(_words(found), found.shown)


def _words(found: Scan) -> tuple[str, ...]:
    answer = found.prediction
    assert answer is not None
    code, share = answer.top[0]
    headline = "Not sure" if answer.unsure else f"{BY_CODE[code].name}, {percent(share)}"
    top = [f"{BY_CODE[one].name} **{percent(p)}** [{int(p * 100)}]" for one, p in answer.top]
    return (
        headline,
        *top,
        f"Needs a professional look: {percent(answer.needs_look_probability)}",
        f"This image cost {answer.events:,} events",
        f"{answer.sparsity:.0%} silent",
    )


def read_verdict(client: Client) -> tuple[list[str], bytes]:
    """What stands on the page of a verdict and the picture beside it, as a visitor reads both."""
    url = next((url for url, words in client.page.pictures() if "centre square" in words), "")
    return client.page.texts(), client.fetch(url) if url else b""


def wrong(texts: list[str], picture: bytes, right: Expected) -> list[str]:
    """What is wrong about a verdict; empty where nothing is."""
    faults = [f"missing: {word}" for word in right.words if not any(word in t for t in texts)]
    headings = [t for t in texts if re.search(r", (\d+|under 1|over 99)%$", t) or t == "Not sure"]
    faults += [f"instead: {heading}" for heading in headings if heading != right.words[0]]
    if not picture:
        return [*faults, "no picture"]
    shown = Image.open(io.BytesIO(picture)).convert("RGB").resize(right.picture.shape[1::-1])
    apart = np.abs(np.asarray(shown, np.int16) - right.picture).mean()
    return faults if apart < SAME else [*faults, f"another picture, {apart:.0f} apart"]
