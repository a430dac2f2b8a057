"""Scans one photo as a visitor does and checks the answer."""

import base64
import time
from dataclasses import dataclass

from tools.soak.answers import ExpectedAnswer, find_differences, read_answer
from tools.soak.client import Client

UPLOAD, CAMERA, SAMPLES = "Upload", "Camera", "Samples"
SOURCE_LABEL = "Where does the photo come from?"
FULL_FRAME = {"turns": 0, "x": 0.5, "y": 0.5, "share": 1.0}
"""The frame of a photo that a visitor does not change."""


@dataclass(frozen=True)
class ScanTask:
    """A photo to scan.

    Attributes:
        source: UPLOAD, CAMERA or SAMPLES.
        photo: JPEG of an upload or of the camera, or the key of a sample.
        expected: the answer that the page must show.
    """

    source: str
    photo: bytes | str
    expected: ExpectedAnswer


@dataclass(frozen=True)
class ScanResult:
    """The result of one scan.

    Attributes:
        source: source of the photo.
        seconds: time from the first action to the complete answer with its picture.
        faults: differences from the expected answer.
    """

    source: str
    seconds: float
    faults: list[str]


def run_scan(client: Client, task: ScanTask) -> ScanResult:
    """Scans a photo and compares the answer with the expected one.

    Args:
        client: on the page Scan.
        task: the photo.

    Raises:
        ConnectionLostError: the server does not answer.
    """
    if client.page.find("button", "Scan another"):
        client.click("Scan another")
    client.choose(SOURCE_LABEL, task.source)
    start = time.perf_counter()
    submit_photo(client, task)
    texts, picture = read_answer(client)
    seconds = time.perf_counter() - start
    faults = find_differences(texts, picture, task.expected) + client.page.exceptions
    if faults:
        faults.append(f"texts of the page: {[text for text in texts if len(text) < 150]}")
    return ScanResult(task.source, seconds, faults)


def submit_photo(client: Client, task: ScanTask) -> None:
    """Submits a photo and confirms every question until its answer is there.

    Args:
        client: on the page Scan, with the source chosen.
        task: the photo.
    """
    if isinstance(task.photo, str):
        client.click(task.photo)
    elif task.source == CAMERA:
        data_url = "data:image/jpeg;base64," + base64.b64encode(task.photo).decode()
        client.send_event("camera", "taken", data_url)
    else:
        client.upload(task.photo)
    if client.has_component("framing"):
        client.send_event("framing", "chosen", FULL_FRAME)
    if client.page.find("button", "Classify anyway"):
        client.click("Classify anyway")
