"""The process of one local worker: `qana.screening.local_pool` starts it.

It takes chunks of paths from standard input and sends their rows to standard output, both pickled.
It ends by itself when the process that started it is gone, even in the middle of a chunk.
"""

import os
import pickle
import queue
import sys
import threading
from dataclasses import dataclass
from typing import BinaryIO

from qana.errors import UserError, explain_missing_package
from qana.screening.rows import ScreeningRow


@dataclass(frozen=True)
class WorkerReady:
    """The first message of a process that works.

    Attributes:
        backend: "chip" or "simulator".
        warning: one sentence if a chip is there but cannot be used; else None.
    """

    backend: str
    warning: str | None


@dataclass(frozen=True)
class WorkerRows:
    """The answer to a list of paths.

    Attributes:
        rows: one for each path, in the same order.
        warning: one sentence if a chip is or was there but cannot be used; else None.
    """

    rows: list[ScreeningRow]
    warning: str | None


@dataclass(frozen=True)
class WorkerFault:
    """What went wrong.

    Attributes:
        sentence: for the user; empty for an unexpected error.
        kind: name of the unexpected error.
    """

    sentence: str = ""
    kind: str = ""


Message = WorkerReady | WorkerFault | WorkerRows


def main() -> None:
    """Serves the process that started this one: the arguments are the model and its SHA-256."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not fall among the rows
    serve_chunks(sys.stdin.buffer, pipe, *sys.argv[1:3])


def serve_chunks(paths: BinaryIO, rows: BinaryIO, model: str, sha256: str) -> None:
    """Answers lists of paths until the stream ends.

    Args:
        paths: pickled lists of paths.
        rows: takes the pickled messages: one after loading, then one for each list.
        model: name of the model.
        sha256: of its .fbz file.
    """
    waiting: queue.SimpleQueue[tuple[str, ...]] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(paths, waiting), daemon=True).start()

    def send(message: Message) -> None:
        pickle.dump(message, rows)
        rows.flush()

    try:
        with explain_missing_package():
            import cv2

            from qana.screening.worker import ScreeningWorker

            cv2.setNumThreads(1)  # the other cores have workers of their own
            worker = ScreeningWorker(model, sha256)
    except UserError as error:
        send(WorkerFault(sentence=str(error)))
        return
    send(WorkerReady(worker.backend, worker.warning))
    while True:
        try:
            found = worker.screen(waiting.get())
            send(WorkerRows(found, worker.warning))
        except Exception as error:  # of one photo: the others get their rows
            send(WorkerFault(kind=type(error).__name__))


def _receive(paths: BinaryIO, waiting: "queue.SimpleQueue[tuple[str, ...]]") -> None:
    try:
        while True:
            waiting.put(pickle.load(paths))
    except (EOFError, OSError, pickle.UnpicklingError):
        os._exit(0)  # nobody waits for more rows
