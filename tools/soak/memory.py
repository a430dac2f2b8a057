"""Measures whether the memory of the server stays constant while visitors come and go."""

import queue
import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from tools.server import Server
from tools.soak.client import Client
from tools.soak.scans import ScanTask, run_scan

CONCURRENT_USERS = 4
"""Virtual users at a time. When one leaves, the next one comes."""
SCANS_PER_USER = 3
WARM_UP = 600
"""Scans before the first measurement. Streamlit keeps the last 128 closed sessions for two minutes
in case their visitors return. Memory grows until it holds that many."""
INTERVAL = 100
"""Scans between two measurements."""
MAX_GROWTH = 0.05
"""Growth of memory over the whole run, as a share, by both measures of `measure_growth`."""


def run_memory_test(
    server: Server,
    tasks: Sequence[ScanTask],
    scans: int,
    warm_up: int = WARM_UP,
    interval: int = INTERVAL,
) -> dict[str, Any]:
    """Scans without think time and measures memory.

    Args:
        server: a running server.
        tasks: photos to scan, in turn.
        scans: number of scans after the warm-up.
        warm_up: number of scans before the first measurement.
        interval: number of scans between two measurements.

    Returns:
        Counts, memory in megabytes and its growth, as the report stores them.
    """
    starts: queue.Queue[int] = queue.Queue()
    for number in range(0, warm_up + scans, SCANS_PER_USER):
        starts.put(number)
    wrong: list[list[str]] = []
    errors: list[str] = []
    done = [0] * CONCURRENT_USERS

    def run_users(thread_number: int) -> None:
        while not starts.empty():
            try:
                start = starts.get_nowait()
                with Client(server.address) as client:
                    for offset in range(SCANS_PER_USER):
                        result = run_scan(client, tasks[(start + offset) % len(tasks)])
                        done[thread_number] += 1
                        if result.faults:
                            wrong.append(result.faults)
            except queue.Empty:
                return
            except Exception as error:  # whoever ends early must be in the report
                errors.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=run_users, args=(i,)) for i in range(CONCURRENT_USERS)]
    for thread in threads:
        thread.start()
    memory: list[int] = []
    while any(thread.is_alive() for thread in threads):
        if sum(done) >= warm_up + interval * len(memory):
            memory.append(server.measure_memory())
        time.sleep(0.05)
    return {
        "scans": sum(done) - warm_up,
        "warm_up": warm_up,
        "visitors": -(-(warm_up + scans) // SCANS_PER_USER),
        "scans_of_a_visitor": SCANS_PER_USER,
        "wrong_answers": len(wrong),
        "wrong": wrong[:10],
        "troubles": errors,
        "every": interval,
        "memory_mb": [size // 10**6 for size in memory],
        **(measure_growth(memory) if len(memory) >= 4 else {}),
    }


def get_max_growth(document: dict[str, Any]) -> float:
    """Gets the larger measure of `measure_growth` from a report, or 1 if it has none.

    Args:
        document: part of a report; a short run has no growth.
    """
    return max(document.get(name, 1.0) for name in ("growth_by_line", "growth_by_quarters"))


def measure_growth(values: Sequence[float]) -> dict[str, float]:
    """Measures the growth of values in two ways.

    Args:
        values: at least four values at even intervals.

    Returns:
        growth_by_line: end of a fitted line against its start. growth_by_quarters: mean of the last
        quarter against that of the second one. Both are shares, 0.05 for five percent more.
    """
    slope, start = np.polyfit(np.arange(len(values)), values, 1)
    quarters = np.array_split(np.asarray(values, float), 4)
    return {
        "growth_by_line": round(float(slope * (len(values) - 1) / start), 4),
        "growth_by_quarters": round(float(quarters[3].mean() / quarters[1].mean() - 1), 4),
    }
