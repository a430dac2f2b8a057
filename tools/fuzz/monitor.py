"""Runs inputs in a worker process and limits its time and memory."""

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

from tools.fuzz.outcome import HANG, KILLED, MEMORY, Outcome
from tools.fuzz.sandbox import OUTPUT, ROOT

SELECTOR = "tools.fuzz.input_kinds:choose_kind"
PREPARATION_SECONDS = 180.0
"""Time for a worker to start and to make an input. The limits of the target do not include it."""
POLL_SECONDS = 0.02
"""Time between two checks of a busy worker."""

MAX_IDLE_MEGABYTES = 600.0
"""A worker that keeps more memory is replaced. Every load of a network leaves about a megabyte in
the vendor's engine. The app loads each network once, so this does not matter there."""


@dataclass(frozen=True)
class Limits:
    """Limits of one input.

    Attributes:
        seconds: wall time.
        megabytes: resident memory of the process, 10^6 bytes.
    """

    seconds: float = 5.0
    megabytes: float = 1000.0


class Monitor:
    """A context manager that runs inputs in a worker and restarts it after every failure."""

    def __init__(self, seed: int, limits: Limits | None = None, selector: str = SELECTOR) -> None:
        """Prepares the monitor. The first input starts the worker.

        Args:
            seed: seed of the run.
            limits: limits of an input; the default ones if None.
            selector: see `tools.fuzz.worker.serve`.
        """
        self._seed, self._limits, self._selector = seed, limits or Limits(), selector
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()

    def __enter__(self) -> "Monitor":
        """Returns the monitor."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stops the worker."""
        self._stop_worker()

    def run_input(self, number: str) -> Outcome:
        """Runs one input.

        An input that exceeds a limit runs a second time in a new worker, and the second outcome
        counts. Other programs or earlier inputs may have caused the first one. The time limit of
        the second run grows with the load of the machine.

        Args:
            number: number of the input.

        Raises:
            RuntimeError: the input could not be made, which is a fault of this tool.
        """
        outcome = self._run_once(number)
        if outcome.status in (HANG, MEMORY):
            first = f"{outcome.status}: {outcome.seconds:.1f} s, {outcome.megabytes:.0f} MB"
            outcome = replace(self._run_once(number, _measure_load()), first_failure=first)
        if self._measure_idle_memory() > MAX_IDLE_MEGABYTES:
            self._stop_worker()
        return outcome

    def _run_once(self, number: str, time_factor: float = 1.0) -> Outcome:
        if self._process is None:
            self._start_worker()
        try:
            self._connection.send(number)
            if not self._connection.poll(PREPARATION_SECONDS):
                raise EOFError
            kind = self._connection.recv()
        except (EOFError, OSError):
            output = self._stop_worker()
            raise RuntimeError(f"Input {number} could not be made: {output}") from None
        outcome = self._watch(number, kind, time_factor)
        if not outcome.failed and outcome.megabytes > self._limits.megabytes:
            outcome = replace(outcome, status=MEMORY, message=f"{outcome.megabytes:.0f} MB")
        if outcome.failed:
            self._stop_worker()
        return outcome

    def _watch(self, number: str, kind: str, time_factor: float) -> Outcome:
        start, peak = time.perf_counter(), 0.0
        assert self._process is not None
        process = psutil.Process(self._process.pid)
        while True:
            seconds = time.perf_counter() - start
            try:
                if self._connection.poll(POLL_SECONDS):
                    outcome: Outcome = self._connection.recv()
                    return outcome
                peak = max(peak, process.memory_info().rss / 1e6)
            except (EOFError, OSError, psutil.NoSuchProcess):
                message = f"exit code {self._process.wait()}"
                return Outcome(number, kind, KILLED, message, seconds, peak)
            if seconds > time_factor * self._limits.seconds:
                return Outcome(number, kind, HANG, "", seconds, peak)
            if peak > self._limits.megabytes:
                return Outcome(number, kind, MEMORY, f"{peak:.0f} MB", seconds, peak)

    def _measure_idle_memory(self) -> float:
        """Returns the resident memory of the idle worker, megabytes."""
        if self._process is None:
            return 0.0
        return psutil.Process(self._process.pid).memory_info().rss / 1e6

    def _start_worker(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="fuzz"))
        # multiprocessing.Process would run the main module of its parent again. That module may be
        # anything, so the worker is a module of its own.
        self._connection, worker_end = Pipe()
        arguments = (str(worker_end.fileno()), str(self._folder), str(self._seed), self._selector)
        command = [sys.executable, "-m", "tools.fuzz.worker", *arguments]
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[worker_end.fileno()])
        worker_end.close()

    def _stop_worker(self) -> str:
        """Stops the worker and its children. Returns the end of its output."""
        if self._process is None:
            return ""
        pid = self._process.pid
        if hasattr(os, "killpg") and _is_group_leader(pid):
            os.killpg(pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._connection.close()
        self._process = None
        output = self._folder / OUTPUT
        text = output.read_text(errors="replace")[-3000:] if output.exists() else ""
        shutil.rmtree(self._folder)
        return text


def _measure_load() -> float:
    """Returns the runnable processes per core, at least 1."""
    return max(1.0, psutil.getloadavg()[0] / (psutil.cpu_count() or 1))


def _is_group_leader(pid: int) -> bool:
    """Checks whether a process leads a process group of its own."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False
