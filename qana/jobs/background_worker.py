"""Runs what needs TensorFlow or torch in a process of its own, without waiting for it."""

import atexit
import itertools
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from qana.jobs.messages import Answer, Request

ROOT = Path(__file__).parents[2]
FORGOTTEN = "Nobody looked at this for a quarter of an hour, so it was not computed: try again."
STOPPED = "The background process stopped, perhaps because memory ran out: try again."
TURN = "Waiting in the queue"
WANTED_SECONDS = 5.0
"""A job that nobody has polled for so long is skipped until somebody polls it again."""
FORGOTTEN_SECONDS = 900.0
"""A job that nobody has polled for so long is dropped."""
PAUSE = 0.05
"""Seconds between two checks for work."""
TRIES = 2
"""A request whose process was killed or ended is tried once more."""


class Job:
    """A request and its answer so far. Any thread may read it at any time."""

    def __init__(self, request: Request) -> None:
        """Starts without an answer."""
        self.request = request
        self.answer = Answer(request.number, TURN)
        self.seen = time.monotonic()

    @property
    def done(self) -> bool:
        """True once there is a value or an error. Reading it also keeps the job in the queue."""
        self.seen = time.monotonic()
        return self.answer.done


class BackgroundWorker:
    """A process that does one job at a time. The first request starts it.

    Several threads may use it at once. Jobs wait in its queue, so that it can skip those of
    visitors who have moved on.
    """

    def __init__(self) -> None:
        """Starts without a process."""
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: list[Job] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: str | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def running(self) -> bool:
        """True while the process runs, with everything that it has loaded."""
        return self._process is not None and self._process.poll() is None

    def submit(self, function: str, **arguments: Any) -> Job:
        """Puts a job into the queue and returns at once.

        Args:
            function: "module:function" to call; see `qana.jobs.worker.JobFunction`.
            arguments: its keyword arguments, which must be picklable.

        Returns:
            The job. After `close` it is done at once, without a value.
        """
        job = Job(Request(next(self._numbers), function, arguments))
        if self._closed:
            _give_up(job)
            return job
        with self._lock:
            self._waiting.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
                atexit.register(self.close)
        return job

    def close(self) -> None:
        """Ends the process for good. Jobs that are not done get no value."""
        self._closed = True
        self._end()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._closed:
            job = self._next()
            if job is None:
                time.sleep(PAUSE)
            elif not any(self._perform(job) for _ in range(TRIES)):
                _give_up(job)
        for job in self._waiting:
            _give_up(job)
        self._end()

    def _next(self) -> Job | None:
        """Takes the oldest job that somebody still wants."""
        now = time.monotonic()
        with self._lock:
            forgotten = [j for j in self._waiting if now - j.seen >= FORGOTTEN_SECONDS]
            self._waiting = [j for j in self._waiting if now - j.seen < FORGOTTEN_SECONDS]
            wanted = [job for job in self._waiting if now - job.seen < WANTED_SECONDS]
            for before, job in enumerate(wanted[1:], start=1):
                job.answer = Answer(job.request.number, f"{TURN}: {before} before it")
            if wanted:
                self._waiting.remove(wanted[0])
        for job in forgotten:
            _give_up(job, FORGOTTEN)
        return wanted[0] if wanted else None

    def _perform(self, job: Job) -> bool:
        """Has the process do a job and reads its answers; False where the process was lost."""
        try:
            process = self._started()
            assert process.stdin is not None and process.stdout is not None
            pickle.dump(job.request, process.stdin)
            process.stdin.flush()
            while not job.answer.done:
                job.answer = pickle.load(process.stdout)
        except Exception:  # whatever a broken pipe or half an answer raises
            self._end()
            return self._closed and _give_up(job)
        return True

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self._end()
            # TensorFlow writes code that it generates; in a folder of its own it goes with it.
            self._folder = tempfile.mkdtemp(prefix="qana-")
            self._process = subprocess.Popen(
                [sys.executable, "-m", "qana.jobs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env=os.environ | {"TMPDIR": self._folder},
            )
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _give_up(job: Job, reason: str = STOPPED) -> bool:
    job.answer = Answer(job.request.number, error=reason, done=True)
    return True
