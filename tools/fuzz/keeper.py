"""Who watches a worker: its time, its memory, and whether it lives."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from multiprocessing import Pipe
from pathlib import Path

import psutil

from tools.fuzz.box import ROOT
from tools.fuzz.outcome import DIED, HANG, MEMORY, Outcome

CHOOSER = "tools.fuzz.ways:choose"
MAKING_SECONDS = 180.0
"""For a worker to start and make an input, which is no part of what is measured."""
GLANCE = 0.02
"""Seconds between two looks at a busy worker."""

RESTING_MEGABYTES = 600.0
"""A worker that holds more is replaced: each network that is loaded leaves about a megabyte in the
vendor's engine, which an app that loads each once never sees."""


@dataclass(frozen=True)
class Limits:
    """What an input may cost.

    Attributes:
        seconds: wall time.
        megabytes: resident memory of the whole process, 10^6 bytes.
    """

    seconds: float = 5.0
    megabytes: float = 1000.0


class Keeper:
    """One worker, started anew after every failure. Use it as a context."""

    def __init__(self, seed: int, limits: Limits | None = None, chooser: str = CHOOSER) -> None:
        """Starts nothing yet; see `tools.fuzz.worker.serve` for seed and chooser."""
        self._seed, self._limits, self._chooser = seed, limits or Limits(), chooser
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()

    def __enter__(self) -> "Keeper":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def judge(self, number: str) -> Outcome:
        """What becomes of one input.

        One that takes too long or too much is fed to a new worker once more, and that counts: the
        first may have waited for other programs, or have held what earlier inputs left. Where more
        programs want to run than there are cores, the second look waits longer by that much.

        Raises:
            RuntimeError: the input could not be made, which is a fault of the tool.
        """
        outcome = self._judged(number)
        if outcome.status in (HANG, MEMORY):
            first = f"{outcome.status}: {outcome.seconds:.1f} s, {outcome.megabytes:.0f} MB"
            outcome = replace(self._judged(number, _crowding()), first=first)
        if self._resting() > RESTING_MEGABYTES:
            self._end()
        return outcome

    def _judged(self, number: str, patience: float = 1.0) -> Outcome:
        if self._process is None:
            self._start()
        try:
            self._connection.send(number)
            if not self._connection.poll(MAKING_SECONDS):
                raise EOFError
            way = self._connection.recv()
        except (EOFError, OSError):
            said = self._end()
            raise RuntimeError(f"input {number} could not be made: {said}") from None
        outcome = self._watched(number, way, patience)
        if not outcome.failed and outcome.megabytes > self._limits.megabytes:
            outcome = replace(outcome, status=MEMORY, words=f"{outcome.megabytes:.0f} MB")
        if outcome.failed:
            self._end()
        return outcome

    def _watched(self, number: str, way: str, patience: float) -> Outcome:
        start, peak = time.perf_counter(), 0.0
        assert self._process is not None
        process = psutil.Process(self._process.pid)
        while True:
            seconds = time.perf_counter() - start
            try:
                if self._connection.poll(GLANCE):
                    outcome: Outcome = self._connection.recv()
                    return outcome
                peak = max(peak, process.memory_info().rss / 1e6)
            except (EOFError, OSError, psutil.NoSuchProcess):
                words = f"exit code {self._process.wait()}"
                return Outcome(number, way, DIED, words, seconds, peak)
            if seconds > patience * self._limits.seconds:
                return Outcome(number, way, HANG, "", seconds, peak)
            if peak > self._limits.megabytes:
                return Outcome(number, way, MEMORY, f"{peak:.0f} MB", seconds, peak)

    def _resting(self) -> float:
        """Megabytes of a worker that waits."""
        if self._process is None:
            return 0.0
        return psutil.Process(self._process.pid).memory_info().rss / 1e6

    def _start(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="fuzz"))
        # Not multiprocessing's own process: that one runs the main module of its parent once more,
        # which is whatever ran here last.
        self._connection, theirs = Pipe()
        given = (str(theirs.fileno()), str(self._folder), str(self._seed), self._chooser)
        command = [sys.executable, "-m", "tools.fuzz.worker", *given]
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
        theirs.close()

    def _end(self) -> str:
        """Ends the worker and all that it has started; returns the end of what it said."""
        if self._process is None:
            return ""
        pid = self._process.pid
        if hasattr(os, "killpg") and _leads(pid):
            os.killpg(pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._connection.close()
        self._process = None
        said = self._folder / "said"
        text = said.read_text(errors="replace")[-3000:] if said.exists() else ""
        shutil.rmtree(self._folder)
        return text


def _crowding() -> float:
    """Programs that want to run for each core, at least 1."""
    return max(1.0, psutil.getloadavg()[0] / (psutil.cpu_count() or 1))


def _leads(pid: int) -> bool:
    """Whether a process has a group of its own."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False
