"""How a visitor of Scan goes about it: a photo in by one of the three ways, the verdict out."""

import base64
import time
from dataclasses import dataclass

from tools.soak.client import Client
from tools.soak.verdict import Expected, read_verdict, wrong

UPLOAD, CAMERA, SAMPLES = "Upload", "Camera", "Samples"
WHERE = "Where does the photo come from?"
CENTRE = {"turns": 0, "x": 0.5, "y": 0.5, "share": 1.0}
"""The frame of a photo that a visitor leaves as it is."""


@dataclass(frozen=True)
class Task:
    """Attributes:
    way: one of the three.
    photo: JPEG to upload or to take; the gallery's key of a sample.
    right: the answer that the page must give.
    """

    way: str
    photo: bytes | str
    right: Expected


@dataclass(frozen=True)
class Scanned:
    """Attributes:
    way: of the photo.
    seconds: from the press or the first byte of the upload to the whole page of the verdict with
        its picture, all steps between them included.
    faults: what was wrong about the answer.
    """

    way: str
    seconds: float
    faults: list[str]


def scan_once(client: Client, task: Task) -> Scanned:
    """Brings a photo, reads the verdict and compares it; ends where it began.

    Raises:
        LostError: the server is gone.
    """
    if client.page.find("button", "Scan another"):
        client.press("Scan another")
    client.choose(WHERE, task.way)
    start = time.perf_counter()
    bring(client, task)
    texts, picture = read_verdict(client)
    seconds = time.perf_counter() - start
    faults = wrong(texts, picture, task.right) + client.page.faults()
    if faults:
        faults.append(f"the page says: {[text for text in texts if len(text) < 150]}")
    return Scanned(task.way, seconds, faults)


def bring(client: Client, task: Task) -> None:
    """Gets a photo as far as its verdict, whatever is asked on the way."""
    if isinstance(task.photo, str):
        client.press(task.photo)
    elif task.way == CAMERA:
        taken = "data:image/jpeg;base64," + base64.b64encode(task.photo).decode()
        client.take("taken", taken)
    else:
        client.upload(task.photo)
    if client.has_component("framing"):
        client.take("chosen", CENTRE, "framing")
    if client.page.find("button", "Classify anyway"):
        client.press("Classify anyway")
