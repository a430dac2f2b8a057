"""Runs many virtual users at once for some minutes."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qana.data.samples import load_samples
from qana.inference.classifier import AkidaClassifier
from tools.server import Server
from tools.soak.answers import compute_answer
from tools.soak.client import Client
from tools.soak.photos import make_photo
from tools.soak.scans import CAMERA, SAMPLES, UPLOAD, ScanResult, ScanTask, run_scan

PHOTOS = 4
"""Photos of a virtual user, scanned in turn: one sample, two uploads, one of the camera."""
THINK_SECONDS = (5.0, 10.0)
"""Shortest and longest think time between two scans, drawn from a uniform distribution."""


@dataclass
class VirtualUser:
    """A virtual user with photos of its own.

    Attributes:
        number: number of the user, also the seed of its think times.
        tasks: photos to scan, in turn.
        results: results so far.
        errors: errors that ended the user.
    """

    number: int
    tasks: list[ScanTask]
    results: list[ScanResult] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def scan_until(self, address: str, deadline: float, think: tuple[float, float]) -> None:
        """Scans one photo after the other.

        Args:
            address: http://host:port of the server.
            deadline: value of `time.monotonic` after which no scan starts.
            think: shortest and longest think time, seconds.
        """
        rng = random.Random(self.number)
        try:
            time.sleep(rng.uniform(0, think[1]))
            with Client(address) as client:
                while time.monotonic() < deadline:
                    task = self.tasks[len(self.results) % len(self.tasks)]
                    self.results.append(run_scan(client, task))
                    time.sleep(rng.uniform(*think))
        except Exception as error:  # whoever ends early must be in the report
            self.errors.append(f"visitor {self.number}: {type(error).__name__}: {error}")


def make_tasks(number: int, classifier: AkidaClassifier) -> list[ScanTask]:
    """Makes the tasks of one virtual user. No two users upload the same photo.

    Args:
        number: number of the user.
        classifier: the same network as on the server.
    """
    sample = load_samples()[number % len(load_samples())]
    answer = compute_answer(sample.path.read_bytes(), classifier)
    tasks = [ScanTask(SAMPLES, sample.image_id, answer)]
    for source, index in ((UPLOAD, 0), (CAMERA, 1), (UPLOAD, 2)):
        data = make_photo((PHOTOS - 1) * number + index)
        tasks.append(ScanTask(source, data, compute_answer(data, classifier)))
    return tasks


def run_load_test(
    server: Server,
    tasks_by_user: Sequence[list[ScanTask]],
    seconds: float,
    think: tuple[float, float] = THINK_SECONDS,
) -> dict[str, Any]:
    """Runs the virtual users.

    Args:
        server: a running server.
        tasks_by_user: the tasks of each user.
        seconds: time in which scans start.
        think: shortest and longest think time, seconds.

    Returns:
        Counts, times in seconds and memory in megabytes, as the report stores them.
    """
    deadline = time.monotonic() + seconds
    users = [VirtualUser(number, tasks) for number, tasks in enumerate(tasks_by_user)]
    threads = [
        threading.Thread(target=user.scan_until, args=(server.address, deadline, think))
        for user in users
    ]
    for thread in threads:
        thread.start()
    memory = [server.measure_memory()]
    while any(thread.is_alive() for thread in threads):
        time.sleep(1)
        memory.append(server.measure_memory())
    results = [result for user in users for result in user.results]
    wrong = [result.faults for result in results if result.faults]
    counts = [len(user.results) for user in users]
    return {
        "visitors": len(users),
        "seconds": seconds,
        "think_s": list(think),
        "scans": len(results),
        "scans_of_a_visitor": [min(counts), max(counts)],
        "wrong_answers": len(wrong),
        "wrong": wrong[:10],
        "troubles": [error for user in users for error in user.errors],
        "to_the_verdict_s": _summarize_times(results),
        "by_way_s": {
            source: _summarize_times([one for one in results if one.source == source])
            for source in (SAMPLES, CAMERA, UPLOAD)
        },
        "memory_mb": {"start": memory[0] // 10**6, "most": max(memory) // 10**6},
    }


def _summarize_times(results: Sequence[ScanResult]) -> dict[str, float]:
    if not results:
        return {}
    seconds = [result.seconds for result in results]
    p50, p95 = np.percentile(seconds, [50, 95])
    return {"p50": round(p50, 2), "p95": round(p95, 2), "most": round(max(seconds), 2)}
