"""python -m tools.soak.booth: a day's show, then visitors; writes models/hardening/booth.json."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tools.browser import CHROMIUM, MISSING
from tools.server import Server
from tools.soak.booth.day import SCENE_SECONDS, run_day, run_visits
from tools.soak.memory import MOST_GROWTH, most_growth
from tools.soak.results import FOLDER, begin, conclude

MOST_DELAY = 5.0
"""Seconds that a scene may take beyond what the clock gives it."""
MOST_SERVER = 350
"""MB that the light installation may take, so that a small computer carries it through a day. Its
threads make it grow for a while, by some 20 MB: `tools.soak` measures whether that ends."""
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
    if CHROMIUM is None:
        sys.stderr.write(MISSING)
        return 2
    scenes = round(3600 * options.hours / SCENE_SECONDS)
    document = begin("tools.soak.booth")
    fast = ("tools.soak.booth.fast_clock", str(options.faster))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with tempfile.TemporaryDirectory() as folder, Server(Path(folder), entry=fast) as server:
            document["show"] = run_day(server, browser, scenes, options.faster)
        with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
            document["visits"] = run_visits(server, browser, options.visits, IDLE)
        browser.close()
    return conclude(options.out, document, misses(document))


def misses(document: dict[str, Any]) -> list[str]:
    """The targets that a run did not meet, a sentence each."""
    show, visits = document["show"], document["visits"]
    found = []
    if most_growth(show["page"]) >= MOST_GROWTH:
        found.append(f"The page's memory grows by {most_growth(show['page']):.1%}.")
    if (most := max(show["server"]["memory_mb"])) > MOST_SERVER:
        found.append(f"The server takes {most} MB.")
    if show["longest_delay_s"] > MOST_DELAY:
        found.append(f"A scene came {show['longest_delay_s']} s late.")
    if show["console"]:
        found.append(f"The browser's console: {show['console'][0]}")
    if show["asked_elsewhere"]:
        found.append(f"The page asks {show['asked_elsewhere'][0]}: it needs a network.")
    if visits["nothing_left"] < visits["visits"]:
        found.append("Something of a visitor was left.")
    return found


if __name__ == "__main__":
    sys.exit(main())
