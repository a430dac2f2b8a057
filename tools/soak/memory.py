"""Whether the server's memory stays flat while visitors come, scan and go."""

import queue
import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from tools.server import Server
from tools.soak.client import Client, LostError
from tools.soak.visits import Task, scan_once

AT_ONCE = 4
"""Visitors at a time; the next comes as one goes."""
STAY = 3
"""Scans of one visitor."""
WARM_UP = 600
"""Scans before the first look: Streamlit keeps the last 128 visitors who closed their tab, for two
minutes, in case they come back, and memory grows until those are there."""
EVERY = 100
MOST_GROWTH = 0.05
"""Of memory over the whole run, by a fitted line and by the mean of its quarters."""


def run_memory(
    server: Server, tasks: Sequence[Task], scans: int, warm_up: int = WARM_UP, every: int = EVERY
) -> dict[str, Any]:
    """Scans without a pause and notes memory.

    Args:
        server: runs already.
        tasks: taken in turn.
        scans: after the warm-up.
        warm_up: scans before the first look.
        every: scans between two looks.

    Returns:
        memory in megabytes after every so many scans, and what it comes to, for a result file.
    """
    turns: queue.Queue[int] = queue.Queue()
    for number in range(0, warm_up + scans, STAY):
        turns.put(number)
    wrong: list[list[str]] = []
    troubles: list[str] = []
    done = [0] * AT_ONCE

    def come_and_go(place: int) -> None:
        while not turns.empty():
            try:
                number = turns.get_nowait()
                with Client(server.address) as client:
                    for task in (tasks[(number + i) % len(tasks)] for i in range(STAY)):
                        scanned = scan_once(client, task)
                        done[place] += 1
                        if scanned.faults:
                            wrong.append(scanned.faults)
            except queue.Empty:
                return
            except (LostError, LookupError, OSError) as error:
                troubles.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=come_and_go, args=(i,)) for i in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    noted: list[int] = []
    while any(thread.is_alive() for thread in threads):
        if sum(done) >= warm_up + every * len(noted):
            noted.append(server.memory())
        time.sleep(0.05)
    return {
        "scans": sum(done) - warm_up,
        "warm_up": warm_up,
        "visitors": -(-(warm_up + scans) // STAY),
        "scans_of_a_visitor": STAY,
        "wrong_answers": len(wrong),
        "wrong": wrong[:10],
        "troubles": troubles,
        "every": every,
        "memory_mb": [size // 10**6 for size in noted],
        **(growth(noted) if len(noted) >= 4 else {}),
    }


def most_growth(found: dict[str, Any]) -> float:
    """The larger of the two that `growth` gives; 1 where a run was too short for them."""
    return max(found.get(name, 1.0) for name in ("growth_by_line", "growth_by_quarters"))


def growth(noted: Sequence[float]) -> dict[str, float]:
    """How memory grew.

    Args:
        noted: at even distances, at least four values.

    Returns:
        by_line: end of a fitted line against its start; by_quarters: mean of the last quarter
        against that of the second. Both as a share, 0.05 for five percent more.
    """
    slope, start = np.polyfit(np.arange(len(noted)), noted, 1)
    quarters = np.array_split(np.asarray(noted, float), 4)
    return {
        "growth_by_line": round(float(slope * (len(noted) - 1) / start), 4),
        "growth_by_quarters": round(float(quarters[3].mean() / quarters[1].mean() - 1), 4),
    }
