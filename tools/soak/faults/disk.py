"""Fills the disk with the app's home, log and temporary files."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qana.edge_learning.edge_model import load_edge_model
from qana.edge_learning.head_files import load_head, save_head
from qana.inference.classifier import AkidaClassifier
from tools.server import ROOT, Server
from tools.soak.answers import compute_answer
from tools.soak.client import Client
from tools.soak.faults.privacy import LARGE_SIDE, NOISE
from tools.soak.load import make_tasks
from tools.soak.photos import make_photo
from tools.soak.results import Findings
from tools.soak.scans import CAMERA, UPLOAD, ScanTask, run_scan

DISK_BYTES = 2**21


@contextmanager
def mount_small_disk(folder: Path) -> Iterator[Path]:
    """Mounts a disk of 2 MB for the time of a context.

    Args:
        folder: mount point, which is created.

    Raises:
        PermissionError: this user may not mount a disk.
    """
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise PermissionError("Only root can mount a small disk.") from None
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill_disk(folder: Path) -> None:
    """Writes a file into a folder until its disk is full."""
    with (folder / "filler").open("wb", buffering=0) as file:
        for size in (2**16, 2**12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def check_full_disk(folder: Path, classifier: AkidaClassifier) -> Findings:
    """Scans photos and saves a head while the disk is full.

    Args:
        folder: empty folder for the disk and the server.
        classifier: the same network as on the server.

    Raises:
        PermissionError: this user may not mount a disk.
    """
    large = make_photo(7, LARGE_SIDE, NOISE)
    _sample, upload, camera, _ = make_tasks(2, classifier)
    large_upload = ScanTask(UPLOAD, large, compute_answer(large, classifier))
    edge = load_edge_model()
    findings: Findings = {}
    with mount_small_disk(folder / "disk") as disk:
        head = disk / "qana.head"
        save_head(edge.initial_head, edge.front_sha256, head)
        with Server(disk) as server, Client(server.address) as client:
            fill_disk(disk)
            for name, task in (
                ("an upload", upload),
                (f"an upload of {len(large) / 1e6:.1f} MB", large_upload),
                (f"a photo of the {CAMERA.lower()}", camera),
            ):
                findings[f"{name} is classified, and right"] = not run_scan(client, task).faults
            with Client(server.address, "learn") as learner:
                findings["the Learn page opens"] = learner.page.contains("seven classes")
            learning = _run_learn_command(folder, head, large)
        findings["saving a head says one sentence"] = (
            learning.returncode == 2
            and len(learning.stderr.strip().splitlines()) == 1
            and "No space left on device" in learning.stderr
            and "left" in learning.stderr
        )
        findings["the head that was there is whole"] = load_head(head, edge.front_sha256).equals(
            edge.initial_head
        )
        (disk / "filler").unlink()
        again = _run_learn_command(folder, head, large)
        findings["with room again it is saved"] = again.returncode == 0
    return findings


def _run_learn_command(folder: Path, head: Path, data: bytes) -> "subprocess.CompletedProcess[str]":
    photos = folder / "teach" / "tattoo"
    photos.mkdir(parents=True, exist_ok=True)
    (photos / "one.jpg").write_bytes(data)
    command = ["-m", "qana", "learn", "--images", str(photos.parent), "--head", str(head)]
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
