"""Many visitors at once, each with photos of their own, for some minutes."""

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
from tools.soak.client import Client, LostError
from tools.soak.photos import photo
from tools.soak.verdict import expected
from tools.soak.visits import CAMERA, SAMPLES, UPLOAD, Scanned, Task, scan_once

PHOTOS = 4
"""Of each visitor, taken in turn: two uploads, one of the camera, one sample."""
THINK = (5.0, 10.0)
"""Seconds that a visitor looks at an answer and for the next photo, drawn evenly from a seed."""


@dataclass
class Visitor:
    """One of them; `scanned` and `troubles` grow while they are there."""

    number: int
    tasks: list[Task]
    scanned: list[Scanned] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def stay(self, address: str, until: float, think: tuple[float, float]) -> None:
        """Scans one photo after the other until a time of `time.monotonic`."""
        draw = random.Random(self.number)
        try:
            time.sleep(draw.uniform(0, think[1]))
            with Client(address) as client:
                while time.monotonic() < until:
                    task = self.tasks[len(self.scanned) % len(self.tasks)]
                    self.scanned.append(scan_once(client, task))
                    time.sleep(draw.uniform(*think))
        except (LostError, LookupError, OSError) as error:
            self.troubles.append(f"visitor {self.number}: {type(error).__name__}: {error}")


def tasks_of(number: int, classifier: AkidaClassifier) -> list[Task]:
    """The photos of one visitor with their right answers; no two visitors' uploads are alike."""
    sample = load_samples()[number % len(load_samples())]
    tasks = [Task(SAMPLES, sample.image_id, expected(sample.path.read_bytes(), classifier))]
    for way, place in ((UPLOAD, 0), (CAMERA, 1), (UPLOAD, 2)):
        data = photo((PHOTOS - 1) * number + place)
        tasks.append(Task(way, data, expected(data, classifier)))
    return tasks


def run_load(
    server: Server,
    crowd: Sequence[list[Task]],
    seconds: float,
    think: tuple[float, float] = THINK,
) -> dict[str, Any]:
    """Lets the visitors in.

    Args:
        server: runs already.
        crowd: the tasks of each visitor.
        seconds: for which new scans are begun.
        think: shortest and longest pause between two scans, seconds.

    Returns:
        counts, times in seconds and memory in megabytes, for a result file.
    """
    until = time.monotonic() + seconds
    visitors = [Visitor(number, tasks) for number, tasks in enumerate(crowd)]
    threads = [
        threading.Thread(target=one.stay, args=(server.address, until, think)) for one in visitors
    ]
    for thread in threads:
        thread.start()
    memory = [server.memory()]
    while any(thread.is_alive() for thread in threads):
        time.sleep(1)
        memory.append(server.memory())
    scanned = [one for visitor in visitors for one in visitor.scanned]
    wrong = [one.faults for one in scanned if one.faults]
    return {
        "visitors": len(visitors),
        "seconds": seconds,
        "think_s": list(think),
        "scans": len(scanned),
        "scans_of_a_visitor": [min(counts := [len(v.scanned) for v in visitors]), max(counts)],
        "wrong_answers": len(wrong),
        "wrong": wrong[:10],
        "troubles": [text for visitor in visitors for text in visitor.troubles],
        "to_the_verdict_s": _times(scanned),
        "by_way_s": {
            way: _times([one for one in scanned if one.way == way])
            for way in (SAMPLES, CAMERA, UPLOAD)
        },
        "memory_mb": {"start": memory[0] // 10**6, "most": max(memory) // 10**6},
    }


def _times(scanned: list[Scanned]) -> dict[str, float]:
    if not scanned:
        return {}
    seconds = [one.seconds for one in scanned]
    p50, p95 = np.percentile(seconds, [50, 95])
    return {"p50": round(p50, 2), "p95": round(p95, 2), "most": round(max(seconds), 2)}
