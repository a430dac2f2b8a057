"""The chip is unplugged while the server runs."""

from pathlib import Path

from qana.inference.backend import LOST
from qana.inference.classifier import AkidaClassifier
from tools.server import Server
from tools.soak.client import Client
from tools.soak.faults import Findings
from tools.soak.load import tasks_of
from tools.soak.visits import scan_once


def unplugged(folder: Path, classifier: AkidaClassifier) -> Findings:
    """Unplugs a chip, for which a double stands, between two photos."""
    flag = folder / "unplugged"
    entry = ("tools.soak.faults.chip_server", str(flag))
    tasks = tasks_of(4, classifier)
    with Server(folder / "server", entry=entry) as server, Client(server.address) as client:
        plugged = scan_once(client, tasks[1])
        on_chip = client.page.says("Akida chip") and not client.page.alerts()
        flag.touch()
        first = scan_once(client, tasks[2])
        badge = client.page.says("Akida simulator")
        second = scan_once(client, tasks[3])
        told = client.page.alerts().count(LOST) == 1
        with Client(server.address) as other:
            other_told = other.page.alerts() == [LOST]
            other_right = not scan_once(other, tasks[0]).faults
        return {
            "on the chip the answer is right": on_chip and not plugged.faults,
            "unplugged, the very next answer is right": not first.faults,
            "and says that the simulator gave it": badge,
            "one sentence says what happened and what to do": told,
            "the app goes on": not second.faults,
            "other visitors read the same sentence and get right answers": (
                other_told and other_right
            ),
        }
