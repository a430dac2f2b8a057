"""Runs the show of a day, then visitors.

python -m tools.soak.booth writes models/hardening/booth.json.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from qana.inference.manifest import DEFAULT_MODEL
from tools.command import run_command
from tools.server import CHROMIUM, CHROMIUM_MISSING, Server
from tools.soak.booth.day import SCENE_SECONDS, run_day, run_visits
from tools.soak.memory import MAX_GROWTH, get_max_growth
from tools.soak.results import FOLDER, finish_report, start_report

MAX_DELAY = 5.0
"""Longest delay of a scene, seconds."""
MAX_SERVER_MEGABYTES = 350
"""Memory of the light installation, so that a small computer can run it for a day. Its threads add
some 20 MB at first; `tools.soak` measures whether that growth ends."""
IDLE_SECONDS = 12
"""Time without a touch until the show starts again. A visit must touch the window sooner."""


def main() -> int:
    """Runs the command and returns its exit code, 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak.booth", description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--faster", type=float, default=20.0)
    parser.add_argument("--visits", type=int, default=20)
    parser.add_argument("--out", type=Path, default=FOLDER / "booth.json")
    options = parser.parse_args()
    if CHROMIUM is None:
        sys.stderr.write(CHROMIUM_MISSING)
        return 2
    scenes = round(3600 * options.hours / SCENE_SECONDS)
    document = start_report("tools.soak.booth", [DEFAULT_MODEL])
    fast = ("tools.soak.booth.fast_clock", str(options.faster))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with tempfile.TemporaryDirectory() as folder, Server(Path(folder), entry=fast) as server:
            document["show"] = run_day(server, browser, scenes, options.faster)
        with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
            document["visits"] = run_visits(server, browser, options.visits, IDLE_SECONDS)
        browser.close()
    return finish_report(options.out, document, list_missed_targets(document))


def list_missed_targets(document: dict[str, Any]) -> list[str]:
    """Lists the targets that a run missed, one sentence each.

    Args:
        document: report of the run.
    """
    show, visits = document["show"], document["visits"]
    missed = []
    if (growth := get_max_growth(show["page"])) >= MAX_GROWTH:
        missed.append(f"The page's memory grows by {growth:.1%}.")
    if (megabytes := max(show["server"]["memory_mb"])) > MAX_SERVER_MEGABYTES:
        missed.append(f"The server takes {megabytes} MB.")
    if show["longest_delay_s"] > MAX_DELAY:
        missed.append(f"A scene came {show['longest_delay_s']} s late.")
    if show["console"]:
        missed.append(f"The browser's console: {show['console'][0]}")
    if show["asked_elsewhere"]:
        missed.append(f"The page requests {show['asked_elsewhere'][0]}, so it needs a network.")
    if visits["nothing_left"] < visits["visits"]:
        missed.append("Data of a visitor remained.")
    return missed


if __name__ == "__main__":
    sys.exit(run_command(main))
