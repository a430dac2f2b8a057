"""python -m tools.soak: the load, then memory; writes models/hardening/soak.json."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from qana.inference.classifier import load_classifier
from tools.server import Server
from tools.soak.load import THINK, run_load, tasks_of
from tools.soak.memory import EVERY, MOST_GROWTH, WARM_UP, most_growth, run_memory
from tools.soak.results import FOLDER, begin, conclude

MOST_SECONDS = 3.0
"""95th percentile from the photo to its verdict, with a human pause between scans."""


def main() -> int:
    """Runs what is asked for; returns 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak", description=__doc__)
    parser.add_argument("--visitors", type=int, default=25)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--think", type=float, nargs=2, default=THINK, metavar="SECONDS")
    parser.add_argument("--classifications", type=int, default=2000)
    parser.add_argument("--warm-up", type=int, default=WARM_UP)
    parser.add_argument("--every", type=int, default=EVERY)
    parser.add_argument("--out", type=Path, default=FOLDER / "soak.json")
    options = parser.parse_args()
    classifier = load_classifier()
    crowd = [tasks_of(number, classifier) for number in range(options.visitors)]
    document = begin("tools.soak")
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        thinking = (options.think[0], options.think[1])
        document["load"] = run_load(server, crowd, 60 * options.minutes, thinking)
        # Nobody pauses: how the app behaves where it cannot follow.
        document["without_a_pause"] = run_load(server, crowd, 12 * options.minutes, (0.0, 0.0))
    tasks = [task for tasks in crowd for task in tasks]
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        document["memory"] = run_memory(
            server, tasks, options.classifications, options.warm_up, options.every
        )
    return conclude(options.out, document, misses(document))


def misses(document: dict[str, Any]) -> list[str]:
    """The targets that a run did not meet, a sentence each."""
    load, memory = document["load"], document["memory"]
    found = [
        f"{name}: {part['wrong_answers']} wrong answers and {len(part['troubles'])} troubles."
        for name, part in document.items()
        if isinstance(part, dict) and (part["wrong_answers"] or part["troubles"])
    ]
    if load["scans"] < load["visitors"]:
        found.append("load: not every visitor got an answer.")
    if load["to_the_verdict_s"]["p95"] >= MOST_SECONDS:
        found.append(f"load: p95 is {load['to_the_verdict_s']['p95']} s.")
    if (more := most_growth(memory)) >= MOST_GROWTH:
        found.append(f"memory: grows by {more:.1%}.")
    return found


if __name__ == "__main__":
    sys.exit(main())
