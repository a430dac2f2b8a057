"""Kills runs and their workers at random moments, and compares the tables."""

import random
import time
from collections.abc import Sequence
from typing import Any

import psutil

from tools.screen_check.runs import ScreenedFolder

START_SHARE = 0.15
"""Part of a run's time in which it loads its modules and networks, about."""


def kill_and_resume(
    folder: ScreenedFolder, expected: bytes, kills: int, seconds: float, engine: Sequence[str]
) -> dict[str, Any]:
    """Kills runs at random moments, each but the last one, which ends.

    Args:
        folder: the photos.
        expected: table of an uninterrupted run.
        kills: number of kills.
        seconds: duration of an uninterrupted run, s.
        engine: options of the command.
    """
    rng = random.Random(7)
    shares = []
    for _ in range(kills):
        # Each run takes some time to start; on average all kills together leave work to do.
        longest = seconds * (START_SHARE + 2 * (1 - START_SHARE) / (kills + 1))
        moment = time.perf_counter() + rng.uniform(0, longest)

        def kill(parent: psutil.Process, moment: float = moment) -> None:
            if time.perf_counter() > moment:
                parent.kill()

        shares.append(round(folder.run("--resume", *engine, disturb=kill).share, 4))
    last = folder.run("--resume", *engine)
    return {
        "kills": kills,
        "share_done_at_each": shares,
        "equal": last.table == expected,
        "message": last.message,
    }


def kill_workers(
    folder: ScreenedFolder, expected: bytes, kills: int, seconds: float
) -> dict[str, Any]:
    """Kills workers of one run of two workers at random moments.

    Args:
        folder: the photos.
        expected: table of an uninterrupted run.
        kills: number of kills.
        seconds: duration of an uninterrupted run, s.
    """
    rng = random.Random(11)
    moments = sorted(time.perf_counter() + rng.uniform(0, seconds) for _ in range(kills))
    killed = 0

    def kill(parent: psutil.Process) -> None:
        nonlocal killed
        workers = parent.children()
        if moments and workers and time.perf_counter() > moments[0]:
            rng.choice(workers).kill()
            killed += 1
            moments.pop(0)

    result = folder.run("--workers", "2", disturb=kill)
    return {"killed": killed, "equal": result.table == expected, "message": result.message}
