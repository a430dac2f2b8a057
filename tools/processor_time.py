"""Measures the processor time of a command, and how busy other programs kept the computer.

A rate means little while other programs use the cores. The processor time of a photo stays nearly
the same.
"""

import contextlib
import os
import resource
import time

import psutil


class ProcessorClock:
    """Measures from its creation on.

    Processes that a finished child has started and waited for count with it.
    """

    def __init__(self) -> None:
        """Starts the clock."""
        self._start = time.perf_counter()
        self._ours, self._all = _sum_own_time(), _sum_busy_time()

    def read(self) -> tuple[float, float]:
        """Reads the processor time of this program and of its finished children, and the rest.

        Returns:
            Seconds of processor time of our own, and the mean number of cores that other programs
            have used meanwhile.
        """
        seconds = time.perf_counter() - self._start
        ours = _sum_own_time() - self._ours
        others = _sum_busy_time() - self._all - ours
        return ours, max(0.0, others / seconds) if seconds else 0.0


class TreeClock:
    """Measures the processor time of a process and its descendants while they run.

    Ray's processes are not waited for, so the operating system does not add their time to that of
    the command.
    """

    def __init__(self, parent: psutil.Process) -> None:
        """Starts the clock.

        Args:
            parent: the process at the top.
        """
        self._parent = parent
        self._seen: dict[int, float] = {}

    @property
    def seconds(self) -> float:
        """Processor time of all processes at their last reading."""
        return sum(self._seen.values())

    def update(self) -> None:
        """Reads the processes that are there now."""
        try:
            tree = [self._parent, *self._parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return
        for process in tree:
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                self._seen[process.pid] = times.user + times.system


class OutsideClock:
    """Measures how many cores the programs outside this one and its descendants use."""

    def __init__(self) -> None:
        """Starts the clock."""
        self._tree = TreeClock(psutil.Process())
        self._tree.update()
        self._ours, self._all = self._tree.seconds, _sum_busy_time()
        self._start = time.perf_counter()

    def read(self) -> float:
        """Reads the mean number of cores since the start."""
        self._tree.update()
        outside = _sum_busy_time() - self._all - (self._tree.seconds - self._ours)
        return max(0.0, outside / (time.perf_counter() - self._start))


def count_cores() -> int:
    """Counts the cores that this process may use."""
    return len(os.sched_getaffinity(0))


def _sum_own_time() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _sum_busy_time() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))
