"""Asking for what takes TensorFlow or torch, without waiting for it."""

import itertools
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from qana.workshop.messages import Answer, Request

ROOT = Path(__file__).parents[2]
STOPPED = "The process that computes this stopped, perhaps for want of memory: ask again."
TURN = "Waiting for its turn"


class Job:
    """One task that was asked for; read it at any time, from any thread."""

    def __init__(self) -> None:
        self.answer = Answer(0, TURN)

    @property
    def done(self) -> bool:
        """Whether there is a value, or a sentence why there will be none."""
        return self.answer.value is not None or self.answer.trouble is not None


class Workshop:
    """The process, started by the first request. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._jobs: dict[int, Job] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, task: str, **arguments: Any) -> Job:
        """Puts a request in the queue and returns at once; see `Request`."""
        job = Job()
        with self._lock:
            request = Request(next(self._numbers), task, arguments)
            try:
                self._send(request, job)
            except OSError:  # it had just gone to rest
                self._process = None
                self._send(request, job)
        return job

    def close(self) -> None:
        """Ends the process; requests that are open get no value."""
        with self._lock:
            if self._process:
                self._process.kill()

    def _send(self, request: Request, job: Job) -> None:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "qana.workshop.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
            )
            self._jobs = {}
            arguments = (self._process, self._jobs)
            threading.Thread(target=_listen, args=arguments, daemon=True).start()
        assert self._process.stdin is not None
        self._jobs[request.number] = job
        pickle.dump(request, self._process.stdin)
        self._process.stdin.flush()


def _listen(process: "subprocess.Popen[bytes]", jobs: dict[int, Job]) -> None:
    """Hands the process's news to the jobs, and tells those left over when it ends."""
    assert process.stdout is not None
    try:
        while True:
            answer: Answer = pickle.load(process.stdout)
            jobs[answer.number].answer = answer
            if jobs[answer.number].done:
                del jobs[answer.number]
    except (EOFError, OSError, pickle.UnpicklingError):
        process.wait()
    for job in list(jobs.values()):
        job.answer = Answer(0, trouble=STOPPED)
