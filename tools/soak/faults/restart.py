"""Kills the server while visitors work, and starts it again."""

import subprocess
import sys
import threading
import time
from pathlib import Path

from qana.edge_learning.edge_model import load_edge_model
from qana.edge_learning.head_files import BACKUP_SUFFIX, load_head
from qana.inference.classifier import AkidaClassifier
from tools.server import ROOT, Server
from tools.soak.client import Client
from tools.soak.connection import ConnectionLostError
from tools.soak.load import make_tasks
from tools.soak.results import Findings
from tools.soak.scans import SOURCE_LABEL, UPLOAD, ScanTask, run_scan, submit_photo

SAVE_SCRIPT = """
import sys
from pathlib import Path
from qana.edge_learning.edge_model import load_edge_model
from qana.edge_learning.head import add_class
from qana.edge_learning.head_files import save_head
edge = load_edge_model()
heads = edge.initial_head, add_class(edge.initial_head, "tattoo")
print("ready", flush=True)
while True:
    for head in heads:
        save_head(head, edge.front_sha256, Path(sys.argv[1]))
"""


def check_restart(folder: Path, classifier: AkidaClassifier) -> Findings:
    """Kills the server under three visitors: with an answer, with an upload, and on Learn.

    Args:
        folder: empty folder for the server.
        classifier: the same network as on the server.
    """
    _sample, upload, _camera, next_upload = make_tasks(1, classifier)
    with Server(folder / "restart") as server:
        clients = answered, uploading, learning = (
            Client(server.address),
            Client(server.address),
            Client(server.address, "learn"),
        )
        right = not run_scan(answered, upload).faults
        uploading.choose(SOURCE_LABEL, UPLOAD)
        uploading.upload(upload.photo if isinstance(upload.photo, bytes) else b"")
        thread = threading.Thread(target=_scan_until_lost, args=(answered, next_upload))
        thread.start()
        time.sleep(0.3)
        server.kill()
        thread.join()
        lost = all(_is_lost(client) for client in clients)
        server.start()
        for client in clients:
            client.reconnect()
        exceptions = [text for client in clients for text in client.page.exceptions]
        return {
            "before it is killed the answer is right": right,
            "the visitors notice that the server is gone": lost,
            "after the restart every page opens again without an error": not exceptions,
            "who had an answer gets the next one, the right one": not run_scan(
                answered, next_upload
            ).faults,
            "who was in the middle begins again and gets the right answer": not run_scan(
                uploading, upload
            ).faults,
            "who taught begins with the head of the seven classes": learning.page.contains(
                "The head knows **seven classes**"
            ),
        }


def check_saving(folder: Path, kills: int = 4) -> Findings:
    """Kills a process several times while it saves a head.

    Args:
        folder: empty folder for the head.
        kills: number of times.
    """
    edge = load_edge_model()
    head = folder / "qana.head"
    head_valid = backup_valid = True
    for number in range(kills):
        with subprocess.Popen(
            [sys.executable, "-c", SAVE_SCRIPT, str(head)], cwd=ROOT, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.1 + 0.037 * number)
            process.kill()
        head_valid = head_valid and len(load_head(head, edge.front_sha256).classes) in (7, 8)
        backup = head.with_name(head.name + BACKUP_SUFFIX)
        backup_valid = backup_valid and len(load_head(backup, edge.front_sha256).classes) in (7, 8)
    return {
        f"killed {kills} times while it saves, the head on disk is whole": head_valid,
        "and so is the one that it replaced": backup_valid,
    }


def _scan_until_lost(client: Client, task: ScanTask) -> None:
    try:
        while True:
            if client.page.find("button", "Scan another"):
                client.click("Scan another")
            client.choose(SOURCE_LABEL, UPLOAD)
            submit_photo(client, task)
    except (ConnectionLostError, LookupError, OSError):
        return


def _is_lost(client: Client) -> bool:
    try:
        client.rerun()
    except ConnectionLostError:
        return True
    return False
