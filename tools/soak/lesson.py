"""Runs a class through the page Convert: every learner with another photo and other choices.

python -m tools.soak.lesson writes models/hardening/lesson.json.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from qana.inference.manifest import DEFAULT_MODEL
from tools.command import run_command
from tools.server import CHROMIUM, CHROMIUM_MISSING, Server
from tools.soak.client import Client
from tools.soak.learner import Learner
from tools.soak.learner_in_browser import LearnerInBrowser
from tools.soak.low_priority import lower_browsers
from tools.soak.memory import MAX_GROWTH, measure_growth
from tools.soak.results import FOLDER, finish_report, start_report

LEARNERS = 30
BROWSERS = 4
"""Learners among them with a real browser; the others send its messages without drawing."""
MINUTES = 4.0
THINK_SECONDS = (4.0, 12.0)
"""Shortest and longest time that a learner reads before the next step."""
START_SECONDS = 60.0
"""Time in which the browsers must start."""
MAX_SECONDS = 2.0
"""Target for the 95th percentile of the time of a step."""
WARM_UP = 0.5
"""Share of the run before memory is measured: each network and each photo is loaded by then."""


def run_lesson(
    server: Server,
    learners: int,
    seconds: float,
    think: tuple[float, float] = THINK_SECONDS,
    browsers: int = 0,
    browsers_step_back: bool = False,
) -> dict[str, Any]:
    """Runs a class.

    Args:
        server: a running server.
        learners: number of learners.
        seconds: time in which steps start.
        think: shortest and longest time between two steps of a learner, seconds.
        browsers: number of learners among them who have a real browser.
        browsers_step_back: whether these take only the time that the server leaves; see
            `tools.soak.low_priority`.

    Returns:
        Counts, times in seconds and memory in megabytes, as the report stores them.
    """
    with Client(server.address, "convert"):  # as the lecturer opens the page before the lesson
        pass
    started = threading.Barrier(browsers + 1)
    group = [
        LearnerInBrowser(number, started=started, steps_back=browsers_step_back)
        if number < browsers
        else Learner(number)
        for number in range(learners)
    ]
    threads = [
        threading.Thread(target=one.learn, args=(server.address, seconds, think)) for one in group
    ]
    for thread in threads[:browsers]:
        thread.start()
    with suppress(threading.BrokenBarrierError):  # who did not start is in the report
        started.wait(START_SECONDS)
    if browsers_step_back:
        lower_browsers()
    start = time.monotonic()
    for thread in threads[browsers:]:
        thread.start()
    memory: list[int] = []
    while any(thread.is_alive() for thread in threads):
        time.sleep(1)
        if time.monotonic() > start + WARM_UP * seconds:
            memory.append(sum(one.memory_info().rss for one in server.list_processes()))
    times: dict[str, list[float]] = defaultdict(list)
    for one in group:
        for name, found in one.seconds.items():
            times[name] += found
    every = [value for found in times.values() for value in found]
    return {
        "learners": learners,
        "real_browsers": browsers,
        "seconds": seconds,
        "think_s": list(think),
        "steps": len(every),
        "step_s": _summarize(every),
        "by_step_s": {name: _summarize(found) for name, found in sorted(times.items())},
        "waits": sorted({name for one in group for name in one.waits}),
        "troubles": [error for one in group for error in one.errors],
        "memory_mb": [size // 10**6 for size in memory],
        **(measure_growth(memory) if len(memory) >= 4 else {}),
    }


def list_missed_targets(document: dict[str, Any]) -> list[str]:
    """Lists the targets that a run missed, one sentence each.

    Args:
        document: report of the run.
    """
    missed = []
    if document["troubles"]:
        missed.append(f"{len(document['troubles'])} errors.")
    if document["waits"]:
        missed.append(f"A learner waits for a job: {', '.join(document['waits'])}.")
    if document["step_s"].get("p95", MAX_SECONDS) >= MAX_SECONDS:
        missed.append(f"p95 of a step is {document['step_s'].get('p95')} s.")
    if (growth := document.get("growth_by_line", 1.0)) >= MAX_GROWTH:
        missed.append(f"Memory grows by {growth:.1%}.")
    return missed


def _summarize(seconds: Sequence[float]) -> dict[str, float]:
    if not seconds:
        return {}
    p50, p95 = np.percentile(seconds, [50, 95])
    found = {"p50": p50, "p95": p95, "most": max(seconds)}
    return {"n": len(seconds)} | {name: round(float(value), 2) for name, value in found.items()}


def main() -> int:
    """Runs the command and returns its exit code, 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak.lesson", description=__doc__)
    parser.add_argument("--learners", type=int, default=LEARNERS)
    parser.add_argument("--browsers", type=int, default=BROWSERS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--think", type=float, nargs=2, default=THINK_SECONDS, metavar="SECONDS")
    words = "lets the browsers compete with the server, as if pupils drew their pages on it"
    parser.add_argument("--same-priority", action="store_true", help=words)
    parser.add_argument("--out", type=Path, default=FOLDER / "lesson.json")
    options = parser.parse_args()
    if CHROMIUM is None and options.browsers:
        sys.stderr.write(CHROMIUM_MISSING)
        return 2
    document = start_report("tools.soak.lesson", [DEFAULT_MODEL])
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        document |= run_lesson(
            server,
            options.learners,
            60 * options.minutes,
            (options.think[0], options.think[1]),
            options.browsers,
            browsers_step_back=not options.same_priority,
        )
    return finish_report(options.out, document, list_missed_targets(document))


if __name__ == "__main__":
    sys.exit(run_command(main))
