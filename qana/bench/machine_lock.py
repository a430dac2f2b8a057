"""One measurement at a time on a machine: two at once would time each other."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from qana.errors import UserError

LOCK = Path(tempfile.gettempdir()) / "qana-bench.lock"
"""Held by whoever measures, in a terminal or for a visitor, as long as they share one folder for
temporary files; freed by the system if the process dies."""


@contextmanager
def hold_machine_lock(waiting: Callable[[], None], path: Path = LOCK) -> Iterator[None]:
    """Waits for the other measurements of this machine to end.

    Args:
        waiting: called once, if there is one to wait for.
        path: the file that is locked; it stays empty.

    Raises:
        UserError: the file belongs to another user.
    """
    lock = FileLock(path, mode=0o666)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting()
            lock.acquire()
    except PermissionError:
        raise UserError(f"Another user's file is in the way: ask them to remove {path}.") from None
    try:
        yield
    finally:
        lock.release()
