"""Unplugs the chip while the server runs."""

from pathlib import Path

from qana.inference.backend import CHIP_LOST
from qana.inference.classifier import AkidaClassifier
from tools.server import Server
from tools.soak.client import Client
from tools.soak.load import make_tasks
from tools.soak.results import Findings
from tools.soak.scans import run_scan


def check_unplugged_chip(folder: Path, classifier: AkidaClassifier) -> Findings:
    """Unplugs a simulated chip between two photos.

    Args:
        folder: empty folder for the server.
        classifier: the same network as on the server.
    """
    flag = folder / "unplugged"
    entry = ("tools.soak.faults.chip_server", str(flag))
    tasks = make_tasks(4, classifier)
    with Server(folder / "server", entry=entry) as server, Client(server.address) as client:
        plugged = run_scan(client, tasks[1])
        on_chip = client.page.contains("Akida chip") and not client.page.alerts
        flag.touch()
        first = run_scan(client, tasks[2])
        on_simulator = client.page.contains("Akida simulator")
        second = run_scan(client, tasks[3])
        one_alert = client.page.alerts.count(CHIP_LOST) == 1
        with Client(server.address) as other:
            other_alert = other.page.alerts == [CHIP_LOST]
            other_right = not run_scan(other, tasks[0]).faults
        return {
            "on the chip the answer is right": on_chip and not plugged.faults,
            "unplugged, the very next answer is right": not first.faults,
            "and says that the simulator gave it": on_simulator,
            "one sentence says what happened and what to do": one_alert,
            "the app goes on": not second.faults,
            "other visitors read the same sentence and get right answers": (
                other_alert and other_right
            ),
        }
