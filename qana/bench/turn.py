"""One measurement at a time on a machine: two at once would time each other."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

LOCK = Path(tempfile.gettempdir()) / "qana-bench.lock"
"""Held by whoever measures, in a terminal or for a visitor; freed by the system if it dies."""


@contextmanager
def turn(waiting: Callable[[], None], path: Path = LOCK) -> Iterator[None]:
    """Waits for the other measurements of this machine to end.

    Args:
        waiting: called once, if there is one to wait for.
        path: the file that is locked; it stays empty.
    """
    lock = FileLock(path, mode=0o666)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waiting()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
