"""The server is killed while visitors are at work, and started again."""

import subprocess
import sys
import threading
import time
from pathlib import Path

from qana.edge_learning.edge_model import load_edge_model
from qana.edge_learning.head_files import BACKUP_SUFFIX, load_head
from qana.inference.classifier import AkidaClassifier
from tools.server import ROOT, Server
from tools.soak.client import Client, LostError
from tools.soak.faults import Findings
from tools.soak.load import tasks_of
from tools.soak.visits import UPLOAD, WHERE, bring, scan_once

SAVING = """
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


def restart(folder: Path, classifier: AkidaClassifier) -> Findings:
    """Kills the server under a visitor with an answer, one in the middle and one who teaches."""
    _sample, upload, _camera, again = tasks_of(1, classifier)
    with Server(folder / "restart") as server:
        answered, middle, taught = (Client(server.address, path) for path in ("", "", "learn"))
        right = not scan_once(answered, upload).faults
        middle.choose(WHERE, UPLOAD)
        middle.upload(upload.photo if isinstance(upload.photo, bytes) else b"")
        working = threading.Thread(target=_until_lost, args=(answered, again))
        working.start()
        time.sleep(0.3)
        server.kill()
        working.join()
        lost = all(_lost(one) for one in (answered, middle, taught))
        server.start()
        for one in (answered, middle, taught):
            one.reconnect()
        pages = [one.page for one in (answered, middle, taught)]
        return {
            "before it is killed the answer is right": right,
            "the visitors notice that the server is gone": lost,
            "after the restart every page opens again without an error": not any(
                page.faults() for page in pages
            ),
            "who had an answer gets the next one, the right one": not scan_once(
                answered, again
            ).faults,
            "who was in the middle begins again and gets the right answer": not scan_once(
                middle, upload
            ).faults,
            "who taught begins with the head of the seven classes": taught.page.says(
                "The head knows **seven classes**"
            ),
        }


def saving(folder: Path, kills: int = 4) -> Findings:
    """Kills a process again and again while it saves a learned head."""
    edge = load_edge_model()
    head = folder / "qana.head"
    whole = before = True
    for number in range(kills):
        with subprocess.Popen(
            [sys.executable, "-c", SAVING, str(head)], cwd=ROOT, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.1 + 0.037 * number)
            process.kill()
        whole = whole and len(load_head(head, edge.front_sha256).classes) in (7, 8)
        previous = head.with_name(head.name + BACKUP_SUFFIX)
        before = before and len(load_head(previous, edge.front_sha256).classes) in (7, 8)
    return {
        f"killed {kills} times while it saves, the head on disk is whole": whole,
        "and so is the one that it replaced": before,
    }


def _until_lost(client: Client, task: object) -> None:
    try:
        while True:
            if client.page.find("button", "Scan another"):
                client.press("Scan another")
            client.choose(WHERE, UPLOAD)
            bring(client, task)  # type: ignore[arg-type]
    except (LostError, LookupError, OSError):
        return


def _lost(client: Client) -> bool:
    try:
        client.rerun()
    except LostError:
        return True
    return False
