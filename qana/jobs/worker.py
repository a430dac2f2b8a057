"""The workshop's process: python -m qana.jobs.worker, started by `qana.jobs.background_worker`.

TensorFlow and torch take half a minute and more than a gigabyte to load, and hold Python's lock
while they do. In a process of their own they freeze nobody's page, and when nobody has asked for a
while the memory goes back. Photos come and results go through pipes and touch no disk.
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
from qana.jobs.cache import Store
from qana.jobs.messages import Answer, Request
from qana.network.keras_forms import quiet_tensorflow

IDLE_SECONDS = 600
MOST_MEMORY = 4e9
"""Bytes; TensorFlow keeps about 0.6 GB of every network that is quantized, whoever lets it go. A
process that holds more ends after its answer, and the next request starts a fresh one."""
FAULT = "This could not be computed, which is a fault of ours and not of your photo ({})."
Tell = Callable[[str, float], None]
"""Takes what is being done, in a few words, and how much of it is done, 0 to 1."""


class Task(Protocol):
    """What a request can name."""

    def __call__(self, store: Store, tell: Tell, **arguments: Any) -> Any:
        """Computes one value; what it loads on the way stays in `store`.

        Raises:
            UserError: there is no value; its sentence is for the visitor.
        """


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers requests until their stream ends, none comes for ten minutes, or memory is full."""
    waiting: queue.Queue[Request] = queue.Queue()
    threading.Thread(target=_receive, args=(requests, waiting), daemon=True).start()
    store = Store()

    def send(answer: Answer) -> None:
        pickle.dump(answer, answers)
        answers.flush()

    while True:
        try:
            request = waiting.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            return
        try:
            send(_answer(request, store, send))
        except UserError as error:
            send(Answer(request.number, trouble=str(error), done=True))
        except Exception as error:  # one visitor's bad luck must not take the others' work along
            trouble = FAULT.format(type(error).__name__)
            send(Answer(request.number, trouble=trouble, done=True))
        if _memory() > MOST_MEMORY:
            return


def _answer(request: Request, store: Store, send: Callable[[Answer], None]) -> Answer:
    def tell(words: str, share: float) -> None:
        send(Answer(request.number, words, share))

    tell("Loading what it needs", 0.02)
    module, _, name = request.task.partition(":")
    with explain_missing_package():
        task: Task = getattr(import_module(module), name)
        value = task(store, tell, **request.arguments)
    return Answer(request.number, share=1.0, done=True, value=value)


def _memory() -> int:
    """Resident bytes of this process; 0 where the system does not tell.

    The peak that `resource` reports would not do: a process inherits its parent's.
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
        os._exit(0)  # whoever asked is gone, and loading for nobody would take a minute


if __name__ == "__main__":
    quiet_tensorflow()
    os.environ.setdefault("TQDM_DISABLE", "1")
    if hasattr(os, "nice"):
        os.nice(5)  # a visitor who classifies goes before one who computes at leisure
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not fall among the answers
    serve(sys.stdin.buffer, pipe)
