"""The file of the network is replaced while the server runs."""

import shutil
import threading
from pathlib import Path

from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.manifest import AKIDA1, models_folder
from tools.server import Server
from tools.soak.client import Client
from tools.soak.faults import Findings
from tools.soak.load import tasks_of
from tools.soak.visits import scan_once

NETWORK = "Which network answers?"
CHANGED, REPLACED = "is not the one its manifest describes", "was replaced or removed"


def replaced_model(folder: Path, classifier: AkidaClassifier) -> Findings:
    """Puts the file of the other network in the place of the first, under a running server, under
    one that starts, and back again."""
    models = folder / "models"
    shutil.copytree(models_folder(), models, ignore=shutil.ignore_patterns("*.h5"))
    file, other = models / "akida2.fbz", models / f"{AKIDA1}.fbz"
    whole = file.read_bytes()
    tasks = tasks_of(3, classifier)
    found: Findings = {}
    with Server(folder / "server", {"QANA_MODELS": str(models)}) as server:
        with Client(server.address) as early:
            scan_once(early, tasks[0])
            file.write_bytes(other.read_bytes())
            late = Client(server.address)
            found[
                "replaced under a running server: who was there keeps the right answer"
            ] = not scan_once(early, tasks[1]).faults
            found["a new visitor reads one sentence of it"] = [
                REPLACED in alert for alert in late.page.alerts()
            ] == [True]
            found["and gets the right answer of the network that was loaded"] = not scan_once(
                late, tasks[2]
            ).faults
            late.close()
        server.stop()
        server.start()
        with Client(server.address) as client:
            found["after a restart with the wrong file, one sentence and no answer"] = [
                CHANGED in alert for alert in client.page.alerts()
            ] == [True]
            client.select(NETWORK, _option(client))
            theirs = tasks_of(3, load_classifier(AKIDA1, models))
            found["the other network still answers, and right"] = not scan_once(
                client, theirs[1]
            ).faults
        file.write_bytes(whole)
        with Client(server.address) as client:
            found["with the right file back the app goes on without a restart"] = (
                not client.page.alerts() and not scan_once(client, tasks[1]).faults
            )
        server.stop()
        found["replaced while it is loaded: the right answer or the sentence"] = _while_loading(
            server, file, whole, other.read_bytes(), tasks
        )
    return found


def _while_loading(server: Server, file: Path, whole: bytes, other: bytes, tasks: list) -> bool:
    done = threading.Event()

    def flip() -> None:
        while not done.wait(0.002):
            for data in (other, whole):
                unfinished = file.with_suffix(".unfinished")
                unfinished.write_bytes(data)
                unfinished.replace(file)

    flipping = threading.Thread(target=flip)
    server.start()
    flipping.start()
    try:
        with Client(server.address) as client:
            if any(CHANGED in alert for alert in client.page.alerts()):
                return not client.page.faults()
            return not scan_once(client, tasks[1]).faults
    finally:
        done.set()
        flipping.join()


def _option(client: Client) -> str:
    box = client.page.find("selectbox", NETWORK)
    assert box is not None
    return next(option for option in box.options if option.startswith(AKIDA1))
