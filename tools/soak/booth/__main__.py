"""python -m tools.soak.booth: a day's show, then visitors; writes models/hardening/booth.json."""

import argparse
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tools.soak.booth.day import run_day, run_visits
from tools.soak.memory import MOST_GROWTH
from tools.soak.results import FOLDER, write
from tools.soak.server import Server
from ui.booth.show import GUESS_SECONDS, VERDICT_SECONDS

MOST_SECONDS = 60.0
"""From one scene to the next, by the app's own clock."""
IDLE = 12
"""Seconds until the show begins anew; a visitor must not take as long to tap."""


def main() -> int:
    """Runs what is asked for; returns 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak.booth", description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--faster", type=float, default=20.0)
    parser.add_argument("--visits", type=int, default=20)
    parser.add_argument("--out", type=Path, default=FOLDER / "booth.json")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.stderr.write("Install chromium first: apt install chromium\n")
        return 2
    scenes = round(3600 * options.hours / (GUESS_SECONDS + VERDICT_SECONDS))
    document: dict[str, Any] = {
        "command": shlex.join(["python", "-m", "tools.soak.booth", *sys.argv[1:]])
    }
    fast = ("tools.soak.booth.fast_clock", str(options.faster))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with tempfile.TemporaryDirectory() as folder, Server(Path(folder), entry=fast) as server:
            document["show"] = run_day(server, browser, scenes, options.faster)
        with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
            document["visits"] = run_visits(server, browser, options.visits, IDLE)
        browser.close()
    document["misses"] = misses(document)
    write(options.out, document)
    sys.stdout.write(f"{options.out}: {document['misses'] or 'every target is met'}\n")
    return 1 if document["misses"] else 0


def misses(document: dict[str, Any]) -> list[str]:
    """The targets that a run did not meet, a sentence each."""
    show, visits = document["show"], document["visits"]
    found = [
        f"{part}: memory grew by {show[part]['growth_by_line']:.1%}."
        for part in ("server", "page")
        if min(show[part]["growth_by_line"], show[part]["growth_by_quarters"]) > MOST_GROWTH
    ]
    if show["longest_scene_s"] > MOST_SECONDS:
        found.append(f"A scene took {show['longest_scene_s']} s.")
    if show["console"]:
        found.append(f"The browser's console: {show['console'][0]}")
    if show["asked_elsewhere"]:
        found.append(f"The page asks {show['asked_elsewhere'][0]}: it needs a network.")
    if visits["nothing_left"] < visits["visits"]:
        found.append("Something of a visitor was left.")
    return found


if __name__ == "__main__":
    sys.exit(main())
