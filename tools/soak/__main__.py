"""Runs the load test and the memory test.

python -m tools.soak writes models/hardening/soak.json.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from qana.inference.classifier import load_classifier
from tools.command import run_command
from tools.server import Server
from tools.soak.load import THINK_SECONDS, make_tasks, run_load_test
from tools.soak.memory import INTERVAL, MAX_GROWTH, WARM_UP, get_max_growth, run_memory_test
from tools.soak.results import FOLDER, finish_report, start_report

MAX_SECONDS = 3.0
"""Target for the 95th percentile of the time to an answer, with think times."""


def main() -> int:
    """Runs the command and returns its exit code, 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tools.soak", description=__doc__)
    parser.add_argument("--visitors", type=int, default=25)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--think", type=float, nargs=2, default=THINK_SECONDS, metavar="SECONDS")
    parser.add_argument("--classifications", type=int, default=2000)
    parser.add_argument("--warm-up", type=int, default=WARM_UP)
    parser.add_argument("--every", type=int, default=INTERVAL)
    parser.add_argument("--out", type=Path, default=FOLDER / "soak.json")
    options = parser.parse_args()
    classifier = load_classifier()
    tasks_by_user = [make_tasks(number, classifier) for number in range(options.visitors)]
    document = start_report("tools.soak", [classifier.name])
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        think = (options.think[0], options.think[1])
        document["load"] = run_load_test(server, tasks_by_user, 60 * options.minutes, think)
        # Without think times the server is overloaded.
        document["without_a_pause"] = run_load_test(
            server, tasks_by_user, 12 * options.minutes, (0.0, 0.0)
        )
    all_tasks = [task for tasks in tasks_by_user for task in tasks]
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        document["memory"] = run_memory_test(
            server, all_tasks, options.classifications, options.warm_up, options.every
        )
    return finish_report(options.out, document, list_missed_targets(document))


def list_missed_targets(document: dict[str, Any]) -> list[str]:
    """Lists the targets that a run missed, one sentence each.

    Args:
        document: report of the run.
    """
    load, memory = document["load"], document["memory"]
    parts = {name: document[name] for name in ("load", "without_a_pause", "memory")}
    missed = [
        f"{name}: {part['wrong_answers']} wrong answers and {len(part['troubles'])} errors."
        for name, part in parts.items()
        if part["wrong_answers"] or part["troubles"]
    ]
    if load["scans"] < load["visitors"]:
        missed.append("load: not every visitor got an answer.")
    if load["to_the_verdict_s"]["p95"] >= MAX_SECONDS:
        missed.append(f"load: p95 is {load['to_the_verdict_s']['p95']} s.")
    if (growth := get_max_growth(memory)) >= MAX_GROWTH:
        missed.append(f"memory: grows by {growth:.1%}.")
    return missed


if __name__ == "__main__":
    sys.exit(run_command(main))
