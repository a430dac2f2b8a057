"""Checks that photos stay in memory when they are scanned, explained, taught and reported."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from tools.server import Server
from tools.soak.answers import compute_answer
from tools.soak.client import Client
from tools.soak.faults.traces import (
    extract_fingerprints,
    find_changed_files,
    find_open_files,
    find_traces,
)
from tools.soak.page import Page
from tools.soak.photos import make_photo
from tools.soak.results import Findings
from tools.soak.scans import CAMERA, UPLOAD, ScanTask, run_scan

LARGE_SIDE, NOISE = 2400, 6.0
"""Long side in pixels and noise of a photo of several megabytes, as a phone makes it."""
FIRST_PHOTO = 1000
"""Number of the first photo. No other soak test uses these numbers."""


def check_privacy(
    folder: Path,
    classifier: AkidaClassifier,
    worker: bool = True,
    roots: Sequence[Path] = (Path("/"),),
) -> Findings:
    """Uses photos on the pages Scan, Explain and Learn and searches for their traces.

    Args:
        folder: empty folder for the server.
        classifier: the same network as on the server.
        worker: whether the background worker, which runs TensorFlow and torch, gets a photo too.
        roots: folders to search; the whole machine by default.
    """
    since = time.time() - 1
    photos = [make_photo(FIRST_PHOTO, LARGE_SIDE, NOISE)]
    photos += [make_photo(FIRST_PHOTO + n) for n in range(1, 6)]
    fingerprints = set()
    for data in photos:
        square = compute_answer(data, classifier).picture
        fingerprints |= extract_fingerprints(data, (read_image(data), square))
    with Server(folder) as server:
        traces = _search_during_upload(server, photos[0], fingerprints)
        _scan(server, photos[1], photos[2], classifier)
        explained = _explain(server, photos[3], worker)
        learned = _learn(server, photos[4], photos[5])
        processes = server.list_processes()
        traces += find_traces(find_open_files(processes), fingerprints)
    files = list(find_changed_files(since, roots))
    return {
        "Scan, Explain and Learn took the photos": explained and learned,
        "no file that the app or its workshop held open has a photo": not traces,
        "the workshop's process was among those looked at": len(processes) > 1 or not worker,
        "no file that was written since, on any disk, has a photo": not find_traces(
            files, fingerprints
        ),
        "the app's log was among those looked at": server.log in files,
    }


def _search_during_upload(server: Server, data: bytes, fingerprints: set[bytes]) -> list[str]:
    """Searches the open files when three quarters of a large upload have arrived."""
    traces: list[str] = []

    def send_pieces() -> Iterator[bytes]:
        size = 2**16
        for start in range(0, len(data), size):
            if start == len(data) * 3 // 4 // size * size:
                time.sleep(0.5)  # the server has read everything by now
                traces.extend(find_traces(find_open_files(server.list_processes()), fingerprints))
            yield data[start : start + size]

    with Client(server.address) as client:
        client.connection.upload(send_pieces(), len(data))
    return traces


def _scan(server: Server, upload: bytes, picture: bytes, classifier: AkidaClassifier) -> None:
    with Client(server.address) as client:
        for source, data in ((UPLOAD, upload), (CAMERA, picture)):
            run_scan(client, ScanTask(source, data, compute_answer(data, classifier)))
            report = client.download("Keep a report")
            assert b"data:image/" in report


def _explain(server: Server, data: bytes, worker: bool) -> bool:
    with Client(server.address, "explain") as client:
        client.upload(data)
        done = client.page.find("button", "Another photo") is not None
        if worker:
            client.choose("Method", "Grad-CAM")
            client.wait_until(_has_all_maps)
    return done and not client.page.exceptions


def _has_all_maps(page: Page) -> bool:
    return not any("network: " in bar.text for bar in page.find_all("progress"))


def _learn(server: Server, lesson: bytes, question: bytes) -> bool:
    with Client(server.address, "learn") as client:
        client.choose("From which photos?", UPLOAD)
        client.upload(lesson, label="One lesion each")
        client.click("Learn 1 photo")
        learned = client.page.contains("learned one photo")
        client.choose("Which photo?", UPLOAD)
        client.upload(question, label="A photo of one lesion")
        return learned and client.page.contains("The head calls it") and not client.page.exceptions
