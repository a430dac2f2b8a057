"""Replays the traffic of a browser that measures its GPU, without computing anything."""

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from qana.bench.browser_package import BrowserPackage
from tools.soak.client import Client

COMPONENT = "browser_bench"
FILES = ("tf-core", "tf-backend-webgl", "tf-backend-webgpu")
"""The scripts that the page fetches from the app."""
BATCHES = (1, 16)
RUNS, MILLISECONDS = 300, 2.0
"""Runs of each batch size in a report, and the time of each."""


@dataclass
class MeasuringClient:
    """A virtual visitor of Compare. It measures again and again.

    Attributes:
        number: of the visitor, also the seed of its pauses.
        package: the package of the network at hand, for the right logits.
        seconds: shortest and longest time that a measurement would take.
        measurements: number of complete ones so far.
        received: bytes of the files and packages so far.
        errors: errors that ended the visitor.
    """

    number: int
    package: BrowserPackage
    seconds: tuple[float, float]
    measurements: int = 0
    received: int = 0
    errors: list[str] = field(default_factory=list)

    def measure_until(self, address: str, stop: threading.Event) -> None:
        """Opens Compare and replays measurements until it is stopped.

        Args:
            address: http://host:port of the server.
            stop: ends the visitor.
        """
        rng = random.Random(self.number)
        try:
            while not stop.is_set():
                with Client(address, "compare") as client:
                    self._measure(client)
                    if stop.wait(rng.uniform(*self.seconds)):
                        return
                    self._report(client, rng)
        except Exception as error:  # whoever ends early must be in the report
            self.errors.append(f"visitor {self.number}: {type(error).__name__}: {error}")

    def _measure(self, client: Client) -> None:
        """Fetches what a browser needs: the scripts and the network."""
        for name in FILES:
            content = client.connection.fetch(f"/app/static/tfjs/{name}.min.js")
            self.received += len(content)
        page = client.send_event(COMPONENT, "wanted", self.package.sha256)
        element = next(
            one for one in page.find_all("bidi_component") if COMPONENT in one.component_name
        )
        size = element.ByteSize()
        if b'"weights"' not in element.SerializeToString():
            raise LookupError("The server has not sent the network.")
        self.received += size

    def _report(self, client: Client, rng: random.Random) -> None:
        """Sends the report of a measurement, and checks that its row is on the page."""
        device = f"Virtual GPU {self.number}"
        page = client.send_event(COMPONENT, "measured", make_report(self.package, device, rng))
        if page.exceptions or not page.contains(device):
            raise LookupError(f"The row is not on the page: {page.exceptions or page.alerts}")
        self.measurements += 1


def make_report(package: BrowserPackage, device: str, rng: random.Random) -> dict[str, Any]:
    """Makes the report of a browser that computes the right logits.

    Args:
        package: what the browser would have computed.
        device: name of its adapter.
        rng: chooses the latencies.
    """
    results = [
        {
            "batch": batch,
            "latencies_ms": [MILLISECONDS * batch * rng.uniform(0.9, 1.2) for _ in range(RUNS)],
            "seconds": 1.0,
        }
        for batch in BATCHES
    ]
    record = {
        "backend": "webgpu",
        "half": False,
        "float32": True,
        "adapter": {"vendor": "", "description": device, "fallback": False},
        "logits": [float(one) for one in package.logits.reshape(-1)],
        "clock_ms": 0.1,
        "results": results,
        "skipped": [],
    }
    return {"records": [record], "without_webgpu": "", "failures": [], "sha256": package.sha256}


def start_clients(
    clients: list[MeasuringClient], address: str, stop: threading.Event
) -> list[threading.Thread]:
    """Starts the visitors, one after the other.

    Args:
        clients: the visitors.
        address: http://host:port of the server.
        stop: ends them.
    """
    threads = [
        threading.Thread(target=client.measure_until, args=(address, stop)) for client in clients
    ]
    for thread in threads:
        thread.start()
        time.sleep(0.2)
    return threads
