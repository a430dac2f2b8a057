"""Photos are uploaded, taken, explained, taught and reported, and found nowhere but in memory."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from tools.server import Server
from tools.soak.client import Client
from tools.soak.faults import Findings
from tools.soak.faults.traces import changed_files, marks, open_files, with_a_photo
from tools.soak.page import Page
from tools.soak.photos import photo
from tools.soak.verdict import expected
from tools.soak.visits import CAMERA, UPLOAD, Task, scan_once

LARGE, GRAIN = 2400, 6.0
"""Pixels and noise of a photo of several megabytes, as a phone makes it."""
FIRST = 1000
"""Number of the first photo: nobody else's in the soak run."""


def privacy(
    folder: Path,
    classifier: AkidaClassifier,
    workshop: bool = True,
    roots: Sequence[Path] = (Path("/"),),
) -> Findings:
    """Visits Scan, Explain and Learn with photos of its own and looks for their traces.

    Args:
        folder: for the server.
        classifier: the network that the server has.
        workshop: whether the process that runs TensorFlow and torch gets a photo, too.
        roots: folders that are searched; the disks of the whole machine if none are named.
    """
    since = time.time() - 1
    photos = [photo(FIRST, LARGE, GRAIN), *(photo(FIRST + n) for n in range(1, 6))]
    wanted = set()
    for data in photos:
        pixels = read_image(data)
        wanted |= marks(data, (pixels, expected(data, classifier).picture))
    with Server(folder) as server:
        held = _arriving(server, photos[0], wanted)
        _scan(server, photos[1], photos[2], classifier)
        explained = _explain(server, photos[3], workshop)
        learned = _learn(server, photos[4], photos[5])
        held += with_a_photo(open_files(server.family()), wanted)
        members = len(server.family())
    files = list(changed_files(since, roots))
    return {
        "Scan, Explain and Learn took the photos": explained and learned,
        "no file that the app or its workshop held open has a photo": not held,
        "the workshop's process was among those looked at": members > 1 or not workshop,
        "no file that was written since, on any disk, has a photo": not with_a_photo(files, wanted),
        "the app's log was among those looked at": server.log in files,
    }


def _arriving(server: Server, data: bytes, wanted: set[bytes]) -> list[str]:
    """Looks at the open files when most of a large upload has arrived, and not all of it."""
    held: list[str] = []

    def pieces() -> Iterator[bytes]:
        size = 2**16
        for start in range(0, len(data), size):
            if start == len(data) * 3 // 4 // size * size:
                time.sleep(0.5)  # what was sent is read by now
                held.extend(with_a_photo(open_files(server.family()), wanted))
            yield data[start : start + size]

    with Client(server.address) as client:
        client.send_file(pieces(), size=len(data))
    return held


def _scan(server: Server, up: bytes, taken: bytes, classifier: AkidaClassifier) -> None:
    with Client(server.address) as client:
        for way, data in ((UPLOAD, up), (CAMERA, taken)):
            scan_once(client, Task(way, data, expected(data, classifier)))
            report = client.download("Keep a report")
            assert b"data:image/" in report


def _explain(server: Server, data: bytes, workshop: bool) -> bool:
    with Client(server.address, "explain") as client:
        client.upload(data)
        done = client.page.find("button", "Another photo") is not None
        if workshop:
            client.choose("Method", "Grad-CAM")
            client.until(_all_maps_are_there)
    return done and not client.page.faults()


def _all_maps_are_there(page: Page) -> bool:
    return not any("network: " in bar.text for bar in page.all("progress"))


def _learn(server: Server, lesson: bytes, question: bytes) -> bool:
    with Client(server.address, "learn") as client:
        client.choose("From which photos?", UPLOAD)
        client.upload(lesson, label="One lesion each")
        client.press("Learn 1 photo")
        learned = client.page.says("learned one photo")
        client.choose("Which photo?", UPLOAD)
        client.upload(question, label="A photo of one lesion")
        return learned and client.page.says("The head calls it") and not client.page.faults()
