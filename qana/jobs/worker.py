"""The worker process: `qana.jobs.background_worker` starts `python -m qana.jobs.worker`.

TensorFlow and torch take half a minute and more than a gigabyte to load, and they hold Python's
lock meanwhile. In a process of their own they block no page, and when nobody has asked for a while
the memory is freed. Photos and results go through pipes and never touch a disk.
"""

import os
import pickle
import queue
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from qana.errors import UserError, explain_missing_package
from qana.jobs.cache import Cache
from qana.jobs.messages import Answer, Request
from qana.network.keras_forms import silence_tensorflow

IDLE_SECONDS = 600
MOST_MEMORY = 4e9
"""Bytes. TensorFlow never frees about 0.6 GB of every network that is quantized. A process that
holds more than this ends after its answer, and the next request starts a fresh one."""
FAULT = "This could not be computed. That is a fault of ours and not of your photo ({})."
ProgressCallback = Callable[[str, float], None]
"""Takes what is being done, in a few words, and how much of it is done, 0 to 1."""


class JobFunction(Protocol):
    """A function that a request can name."""

    def __call__(self, cache: Cache, progress: ProgressCallback, **arguments: Any) -> Any:
        """Computes one value.

        Args:
            cache: keeps what the function loads on the way.
            progress: takes progress.
            arguments: of the request.

        Raises:
            UserError: there is no value; the sentence is for the visitor.
        """


def serve_requests(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers requests until the stream ends, none comes for ten minutes, or memory is full."""
    waiting: queue.Queue[Request] = queue.Queue()
    threading.Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    cache = Cache()

    def send(answer: Answer) -> None:
        pickle.dump(answer, answers)
        answers.flush()

    while True:
        try:
            request = waiting.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            return
        try:
            send(_answer(request, cache, send))
        except UserError as error:
            send(Answer(request.number, error=str(error), done=True))
        except Exception as error:  # one visitor's fault must not end the work of others
            message = FAULT.format(type(error).__name__)
            send(Answer(request.number, error=message, done=True))
        if _memory() > MOST_MEMORY:
            return


def _answer(request: Request, cache: Cache, send: Callable[[Answer], None]) -> Answer:
    def progress(words: str, share: float) -> None:
        send(Answer(request.number, words, share))

    progress("Loading packages", 0.02)
    module, _, name = request.function.partition(":")
    with explain_missing_package():
        function: JobFunction = getattr(import_module(module), name)
        value = function(cache, progress, **request.arguments)
    return Answer(request.number, share=1.0, done=True, value=value)


def _memory() -> int:
    """Reads the resident bytes of this process; 0 where the system does not report them.

    The peak that `resource` reports is of no use: a process inherits its parent's.
    """
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _receive(requests: BinaryIO, waiting: "queue.Queue[Request]") -> None:
    try:
        while True:
            waiting.put(pickle.load(requests))
    except (EOFError, OSError):
        os._exit(0)  # the app is gone: loading on for nobody would take a minute


if __name__ == "__main__":
    silence_tensorflow()
    os.environ.setdefault("TQDM_DISABLE", "1")
    if hasattr(os, "nice"):
        os.nice(5)  # classifying goes first
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not fall among the answers
    serve_requests(sys.stdin.buffer, pipe)
