"""Classifies chunks in several processes of this computer.

Each process has a thread here that feeds it. A process that is killed or crashes is started again,
and its chunk is repeated. Only a photo that ends its process again and again, all alone, gets a row
without an answer.
"""

import atexit
import contextlib
import os
import queue
import sys
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from functools import partial
from operator import index

from qana.errors import UserError
from qana.screening.chunks import Chunk, ScreenedChunk
from qana.screening.process_handle import ProcessHandle, ProcessLostError
from qana.screening.rows import ScreeningRow

CRASHES = (
    "Reading this photo ended the process that classifies, perhaps because memory ran out: "
    "save the photo as JPEG and try again."
)
WHOLE_TRIES = 2
"""Times that a chunk is tried as a whole, before its photos are tried alone."""
LONE_TRIES = 3
MAX_FAILED_STARTS = 20
"""Starts of a process, one after the other, that may fail before the run ends."""
MAX_WORKERS = 1024
_END = None


class LocalPool:
    """An engine of several processes; see `qana.screening.chunks.Engine`.

    Attributes:
        workers: number of processes.
    """

    def __init__(self, model: str, sha256: str, workers: int) -> None:
        """Starts nothing yet.

        Args:
            model: name of the model.
            sha256: of its .fbz file, 64 hex digits.
            workers: number of processes, at least 1.
        """
        self.workers = workers
        self._model, self._sha256 = model, sha256

    def run(self, chunks: Iterable[Chunk]) -> Generator[ScreenedChunk]:
        """Classifies chunks in the order in which processes become free; see `Engine.run`."""
        feed = _Feed(chunks)
        # A full queue holds the threads back, so that memory stays flat.
        results: queue.Queue[ScreenedChunk | Exception | None] = queue.Queue(2 * self.workers)
        feeders = [
            _Feeder(ProcessHandle(self._model, self._sha256), feed, results)
            for _ in range(self.workers)
        ]
        for feeder in feeders:
            feeder.start()
        stop = partial(_stop, feed, feeders)
        atexit.register(stop)
        try:
            yield from _take_results(results, len(feeders))
        finally:
            atexit.unregister(stop)
            # At the end of Python the threads stand still, and `stop` has been called.
            if not sys.is_finalizing():
                stop()
                while any(feeder.is_alive() for feeder in feeders):
                    with contextlib.suppress(queue.Empty):  # makes room for threads that wait
                        results.get(timeout=0.01)


class _Feed:
    """Gives each chunk to one of several threads."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks: Iterator[Chunk] = iter(chunks)
        self._lock = threading.Lock()
        self._closed = False

    def take(self) -> Chunk | None:
        with self._lock:
            return None if self._closed else next(self._chunks, None)

    def close(self) -> None:
        self._closed = True


class _Feeder(threading.Thread):
    """Feeds one process."""

    def __init__(
        self,
        process: ProcessHandle,
        feed: _Feed,
        results: "queue.Queue[ScreenedChunk | Exception | None]",
    ) -> None:
        super().__init__(daemon=True)
        self.process = process
        self._feed = feed
        self._results = results

    def run(self) -> None:
        try:
            while chunk := self._feed.take():
                rows = tuple(self._screen(chunk.paths))
                if self.process.closed:
                    return
                self._results.put(ScreenedChunk(chunk.number, rows))
            self.process.close()
            self._results.put(_END)
        except Exception as error:  # is raised again where the rows are awaited
            if not self.process.closed:
                self._results.put(error)

    def _screen(self, paths: tuple[str, ...]) -> Iterable[ScreeningRow]:
        for _ in range(WHOLE_TRIES):
            try:
                return self._ask(paths)
            except ProcessLostError:
                if self.process.closed:
                    return []
        return [self._screen_alone(path) for path in paths]

    def _screen_alone(self, path: str) -> ScreeningRow:
        reason = CRASHES
        for _ in range(LONE_TRIES):
            try:
                return self._ask((path,))[0]
            except ProcessLostError as error:
                reason = error.reason or CRASHES
                if self.process.closed:
                    break
        return self.process.make_row(path, reason)

    def _ask(self, paths: tuple[str, ...]) -> list[ScreeningRow]:
        for failed in range(MAX_FAILED_STARTS):
            if self.process.start():
                return self.process.ask(paths)
            if self.process.closed:
                raise ProcessLostError
            time.sleep(0.1 * failed)
        raise UserError(
            "The processes that classify cannot start, perhaps for want of memory: close other "
            "programs or give a smaller number with --workers."
        )


def _take_results(
    results: "queue.Queue[ScreenedChunk | Exception | None]", running: int
) -> Iterator[ScreenedChunk]:
    """Takes results until each of `running` threads has sent its last one."""
    while running:
        result = results.get()
        if result is _END:
            running -= 1
        elif isinstance(result, Exception):
            raise result
        else:
            yield result


def _stop(feed: _Feed, feeders: Iterable[_Feeder]) -> None:
    """Ends the processes, so that their threads end, too."""
    feed.close()
    for feeder in feeders:
        feeder.process.close()


def check_workers(workers: int | None) -> int:
    """Checks a number of processes.

    Args:
        workers: the number; None for one on each core.

    Returns:
        The number.

    Raises:
        UserError: it is no whole number from 1 to 1024.
    """
    if workers is None:
        return count_cores()
    whole = hasattr(workers, "__index__") and not isinstance(workers, bool)
    if not whole or not 1 <= workers <= MAX_WORKERS:
        raise UserError(
            f"The number of workers cannot be {workers!r}: give a whole number from 1 to "
            f"{MAX_WORKERS}, or None for one on each core."
        )
    return index(workers)


def count_cores() -> int:
    """Counts the processor cores that this process may use, which is the default of `workers`."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
