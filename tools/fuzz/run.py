"""Runs many inputs on a few workers."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tools.fuzz.monitor import SELECTOR, Limits, Monitor
from tools.fuzz.outcome import Outcome
from tools.fuzz.report import RunReport


def fuzz(
    numbers: Sequence[str],
    seed: int,
    workers: int = 1,
    limits: Limits | None = None,
    selector: str = SELECTOR,
    on_outcome: Callable[[Outcome, int], None] = lambda outcome, done: None,
) -> RunReport:
    """Runs inputs and collects their outcomes.

    Args:
        numbers: numbers of the inputs; a number and a seed always make the same input.
        seed: seed of the run.
        workers: number of worker processes.
        limits: limits of one input.
        selector: see `tools.fuzz.worker.serve`.
        on_outcome: progress callback, called with each outcome and their number so far.

    Returns:
        The outcomes.
    """
    report, lock = RunReport(), threading.Lock()

    def run_part(part: Sequence[str]) -> None:
        with Monitor(seed, limits, selector) as monitor:
            for number in part:
                outcome = monitor.run_input(number)
                with lock:
                    report.add(outcome)
                    on_outcome(outcome, len(report.outcomes))

    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(run_part, numbers[at::workers]) for at in range(workers)]:
            done.result()
    return report
