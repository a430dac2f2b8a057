"""Checks that visitors who measure their browsers do not slow down the answers on Scan.

python -m tools.soak.measuring writes models/hardening/measuring.json. Eight clients replay the
traffic of a measurement without its computing, one real browser measures on this very machine, and
a visitor of Scan waits for answers, first alone and then beside them.
"""

import argparse
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from qana.bench.browser_package import make_browser_package
from qana.inference.classifier import load_classifier
from tools.command import run_command
from tools.processor_time import OutsideClock
from tools.server import CHROMIUM, CHROMIUM_MISSING, Server
from tools.soak.client import Client
from tools.soak.load import make_tasks
from tools.soak.measuring_client import MeasuringClient, start_clients
from tools.soak.results import FOLDER, finish_report, start_report
from tools.soak.scans import ScanTask, run_scan

MAX_RATIO = 1.5
"""Most that an answer may take beside the others, as a multiple of its time alone."""
MAX_OTHER_CORES = 0.2
"""Cores that other programs may use; above, the ratio is reported and not judged."""
SECONDS = (15.0, 25.0)
"""Time that a measurement takes in a browser: two precisions, two batch sizes, up to 8 s each."""
FLAGS = ("--no-sandbox", "--enable-unsafe-swiftshader", "--disable-background-networking")
LOAD_MILLISECONDS = 120_000


def main() -> int:
    """Runs the command and returns its exit code, 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak.measuring", description=__doc__)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--scans", type=int, default=60)
    parser.add_argument("--seconds", type=float, nargs=2, default=SECONDS, metavar="SECONDS")
    parser.add_argument("--no-browser", action="store_true", help="without the real browser")
    parser.add_argument("--out", type=Path, default=FOLDER / "measuring.json")
    options = parser.parse_args()
    if CHROMIUM is None and not options.no_browser:
        sys.stderr.write(CHROMIUM_MISSING)
        return 2
    classifier = load_classifier()
    tasks = [task for number in range(3) for task in make_tasks(number, classifier)]
    package = make_browser_package(classifier.entry)
    seconds = (options.seconds[0], options.seconds[1])
    clients = [MeasuringClient(one, package, seconds) for one in range(options.clients)]
    document = start_report("tools.soak.measuring", [classifier.name])
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        document["alone"] = measure_scans(server, tasks, options.scans)
        stop = threading.Event()
        threads = start_clients(clients, server.address, stop)
        with open_measuring_browser(server.address, not options.no_browser) as browser:
            document["together"] = measure_scans(server, tasks, options.scans)
        stop.set()
        for thread in threads:
            thread.join()
    document["clients"] = {
        "visitors": options.clients,
        "measurements": sum(client.measurements for client in clients),
        "received_mb": round(sum(client.received for client in clients) / 1e6, 1),
        "errors": [error for client in clients for error in client.errors],
    }
    document["real_browser"] = browser
    document["ratio"] = round(document["together"]["p50_s"] / document["alone"]["p50_s"], 3)
    return finish_report(options.out, document, list_missed_targets(document))


def measure_scans(server: Server, tasks: Sequence[ScanTask], scans: int) -> dict[str, Any]:
    """Measures the time to an answer on Scan, one photo after the other.

    Args:
        server: a running server.
        tasks: photos, scanned in turn.
        scans: number of scans.

    Returns:
        Times in seconds, wrong answers, and the cores that programs outside this check have used.
    """
    with Client(server.address) as client:
        run_scan(client, tasks[0])  # loads what only the first visitor waits for
        clock = OutsideClock()
        results = [run_scan(client, tasks[number % len(tasks)]) for number in range(scans)]
        outside = clock.read()
    times = [result.seconds for result in results]
    p50, p95 = np.percentile(times, [50, 95])
    return {
        "scans": scans,
        "p50_s": round(p50, 3),
        "p95_s": round(p95, 3),
        "wrong_answers": sum(bool(result.faults) for result in results),
        "wrong": [result.faults for result in results if result.faults][:3],
        "other_cores": round(outside, 2),
    }


@contextmanager
def open_measuring_browser(address: str, wanted: bool) -> Iterator[dict[str, Any]]:
    """Opens Compare in a real browser, which measures again and again meanwhile.

    Args:
        address: http://host:port of the server.
        wanted: whether to open one at all.

    Yields:
        What the browser did; filled at the end.
    """
    done: dict[str, Any] = {"opened": wanted}
    if not wanted:
        yield done
        return
    stop, begun = threading.Event(), threading.Event()
    thread = threading.Thread(target=_measure_in_browser, args=(address, stop, begun, done))
    thread.start()
    begun.wait(LOAD_MILLISECONDS / 1e3)
    try:
        yield done
    finally:
        stop.set()
        thread.join()


def _measure_in_browser(
    address: str, stop: threading.Event, begun: threading.Event, done: dict[str, Any]
) -> None:
    from playwright.sync_api import Error, sync_playwright

    from ui.compare.browser_bench import LABEL

    runs = 0
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            page = browser.new_page()
            page.set_default_timeout(LOAD_MILLISECONDS)
            page.goto(f"{address}/compare")
            bench = page.locator(".bench")
            while not stop.is_set():
                if bench.get_attribute("data-state") != "running":
                    page.get_by_role("button", name=LABEL).click()
                page.wait_for_timeout(500)
                now = int(bench.get_attribute("data-runs") or 0)
                runs = max(runs, now)
                if now:
                    begun.set()
            browser.close()
    except Error as error:
        done["error"] = str(error).splitlines()[0]
    finally:
        begun.set()
        done["runs"] = runs


def list_missed_targets(document: dict[str, Any]) -> list[str]:
    """Lists the targets that a run missed, one sentence each.

    Args:
        document: report of the run.
    """
    parts = {name: document[name] for name in ("alone", "together")}
    missed = [
        f"{name}: {part['wrong_answers']} wrong answers."
        for name, part in parts.items()
        if part["wrong_answers"]
    ]
    missed += document["clients"]["errors"]
    if not document["clients"]["measurements"]:
        missed.append("clients: none has completed a measurement.")
    browser = document["real_browser"]
    if browser["opened"] and not browser["runs"]:
        missed.append(f"real browser: it has not measured. {browser.get('error', '')}".strip())
    quiet = max(part["other_cores"] for part in parts.values()) <= MAX_OTHER_CORES
    if quiet and document["ratio"] >= MAX_RATIO:
        missed.append(f"an answer takes {document['ratio']:.2f} times as long as alone.")
    return missed


if __name__ == "__main__":
    sys.exit(run_command(main))
