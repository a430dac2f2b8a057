"""Replaces the file of the network while the server runs."""

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.manifest import AKIDA1, find_models_folder
from tools.server import Server
from tools.soak.client import Client
from tools.soak.load import make_tasks
from tools.soak.results import Findings
from tools.soak.scans import ScanTask, run_scan

NETWORK_LABEL = "Which network answers?"
CHANGED, REPLACED = "does not match the manifest", "was replaced or removed"


def check_replaced_model(folder: Path, classifier: AkidaClassifier) -> Findings:
    """Replaces the network by the other one while the server runs and before it starts.

    Args:
        folder: empty folder for the server and its models.
        classifier: the same network as on the server.
    """
    models = folder / "models"
    shutil.copytree(find_models_folder(), models, ignore=shutil.ignore_patterns("*.h5"))
    file = models / "akida2.fbz"
    original, replacement = file.read_bytes(), (models / f"{AKIDA1}.fbz").read_bytes()
    tasks = make_tasks(3, classifier)
    with Server(folder / "server", {"QANA_MODELS": str(models)}) as server:
        with Client(server.address) as early:
            run_scan(early, tasks[0])
            file.write_bytes(replacement)
            findings = _check_running_server(server, early, tasks)
        server.stop()
        server.start()
        findings |= _check_restarted_server(server, models)
        file.write_bytes(original)
        with Client(server.address) as client:
            findings["with the right file back the app goes on without a restart"] = (
                not client.page.alerts and not run_scan(client, tasks[1]).faults
            )
        server.stop()
        holds = _check_loading_server(server, file, (replacement, original), tasks[1])
        findings["replaced while it is loaded: the right answer or the sentence"] = holds
    return findings


def _check_running_server(server: Server, early: Client, tasks: Sequence[ScanTask]) -> Findings:
    """Scans photos on a server that loaded the network before it was replaced.

    Args:
        server: the running server.
        early: client that connected before the replacement.
        tasks: photos to scan.
    """
    with Client(server.address) as late:
        early_right = not run_scan(early, tasks[1]).faults
        alerts = [REPLACED in alert for alert in late.page.alerts]
        late_right = not run_scan(late, tasks[2]).faults
    return {
        "replaced under a running server: who was there keeps the right answer": early_right,
        "a new visitor reads one sentence of it": alerts == [True],
        "and gets the right answer of the network that was loaded": late_right,
    }


def _check_restarted_server(server: Server, models: Path) -> Findings:
    """Scans a photo with the other network on a server that started with a wrong file."""
    with Client(server.address) as client:
        alerts = [CHANGED in alert for alert in client.page.alerts]
        box = client.page.find("selectbox", NETWORK_LABEL)
        assert box is not None
        option = next(option for option in box.options if option.startswith(AKIDA1))
        client.select(NETWORK_LABEL, option)
        task = make_tasks(3, load_classifier(AKIDA1, models))[1]
        return {
            "after a restart with the wrong file, one sentence and no answer": alerts == [True],
            "the other network still answers, and right": not run_scan(client, task).faults,
        }


def _check_loading_server(
    server: Server, file: Path, contents: Sequence[bytes], task: ScanTask
) -> bool:
    """Starts a server while a thread keeps replacing the file.

    Args:
        server: the stopped server.
        file: file of the network.
        contents: contents that the thread writes in turn.
        task: photo to scan.

    Returns:
        True if the page shows the right answer or one sentence.
    """
    done = threading.Event()

    def replace_file() -> None:
        while not done.wait(0.002):
            for data in contents:
                unfinished = file.with_suffix(".unfinished")
                unfinished.write_bytes(data)
                unfinished.replace(file)

    thread = threading.Thread(target=replace_file)
    server.start()
    thread.start()
    try:
        with Client(server.address) as client:
            if any(CHANGED in alert for alert in client.page.alerts):
                return not client.page.exceptions
            return not run_scan(client, task).faults
    finally:
        done.set()
        thread.join()
