"""No room is left on the disk that the app, its log and its temporary files lie on."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qana.edge_learning.edge_model import load_edge_model
from qana.edge_learning.head_files import load_head, save_head
from qana.inference.classifier import AkidaClassifier
from tools.server import ROOT, Server
from tools.soak.client import Client
from tools.soak.faults import Findings
from tools.soak.faults.privacy import GRAIN, LARGE
from tools.soak.load import tasks_of
from tools.soak.photos import photo
from tools.soak.verdict import expected
from tools.soak.visits import CAMERA, UPLOAD, Task, scan_once

ROOM = 2**21


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of 2 MB of its own.

    Raises:
        PermissionError: this user may mount none.
    """
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise PermissionError("Only root can mount a small disk.") from None
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Writes until nothing more fits."""
    with (folder / "filler").open("wb", buffering=0) as file:
        for size in (2**16, 2**12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def full_disk(folder: Path, classifier: AkidaClassifier) -> Findings:
    """Scans and saves with a full disk.

    Raises:
        PermissionError: this user may mount none.
    """
    large = photo(7, LARGE, GRAIN)
    _sample, upload, camera, _ = tasks_of(2, classifier)
    heavy = Task(UPLOAD, large, expected(large, classifier))
    edge = load_edge_model()
    found: Findings = {}
    with small_disk(folder / "disk") as disk:
        head = disk / "qana.head"
        save_head(edge.initial_head, edge.front_sha256, head)
        with Server(disk) as server, Client(server.address) as client:
            fill(disk)
            for what, task in (
                ("an upload", upload),
                (f"an upload of {len(large) / 1e6:.1f} MB", heavy),
                (f"a photo of the {CAMERA.lower()}", camera),
            ):
                found[f"{what} is classified, and right"] = not scan_once(client, task).faults
            with Client(server.address, "learn") as learner:
                found["the Learn page opens"] = learner.page.says("seven classes")
            said = _learn(folder, head, large)
        found["saving a head says one sentence"] = (
            said.returncode == 2
            and len(said.stderr.strip().splitlines()) == 1
            and "No space left on device" in said.stderr
            and "left" in said.stderr
        )
        found["the head that was there is whole"] = load_head(head, edge.front_sha256).equals(
            edge.initial_head
        )
        (disk / "filler").unlink()
        found["with room again it is saved"] = _learn(folder, head, large).returncode == 0
    return found


def _learn(folder: Path, head: Path, data: bytes) -> "subprocess.CompletedProcess[str]":
    photos = folder / "teach" / "tattoo"
    photos.mkdir(parents=True, exist_ok=True)
    (photos / "one.jpg").write_bytes(data)
    command = ["-m", "qana", "learn", "--images", str(photos.parent), "--head", str(head)]
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
