"""Many inputs on a few workers."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from tools.fuzz.keeper import CHOOSER, Keeper, Limits
from tools.fuzz.outcome import Outcome
from tools.fuzz.report import Tally


def fuzz(
    numbers: Sequence[str],
    seed: int,
    workers: int = 1,
    limits: Limits | None = None,
    chooser: str = CHOOSER,
    tell: Callable[[Outcome, int], None] = lambda outcome, done: None,
) -> Tally:
    """Feeds inputs and watches.

    Args:
        numbers: of the inputs; each is the same in any run of the same seed.
        seed: of the inputs.
        workers: processes at once.
        limits: of an input.
        chooser: see `tools.fuzz.worker.serve`.
        tell: called with each outcome and how many there are.

    Returns:
        All outcomes.
    """
    tally, lock = Tally(), threading.Lock()

    def work(part: Sequence[str]) -> None:
        with Keeper(seed, limits, chooser) as keeper:
            for number in part:
                outcome = keeper.judge(number)
                with lock:
                    tally.add(outcome)
                    tell(outcome, len(tally.outcomes))

    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(work, numbers[at::workers]) for at in range(workers)]:
            done.result()
    return tally
