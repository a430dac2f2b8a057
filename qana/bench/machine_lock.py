"""Allows one measurement at a time on a machine, because two at once would slow each other."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from qana.errors import UserError

LOCK = Path(tempfile.gettempdir()) / "qana-bench.lock"
"""Locked by every measurement, of the command and of the app, that uses the same folder for
temporary files. The system releases the lock if the process dies."""


@contextmanager
def hold_machine_lock(on_wait: Callable[[], None], path: Path = LOCK) -> Iterator[None]:
    """Waits until no other measurement runs on this machine and holds the lock meanwhile.

    Args:
        on_wait: called once, if another measurement holds the lock.
        path: the file to lock; it stays empty.

    Raises:
        UserError: the file belongs to another user.
    """
    lock = FileLock(path, mode=0o666)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            on_wait()
            lock.acquire()
    except PermissionError:
        raise UserError(f"Another user owns the lock file: ask them to remove {path}.") from None
    try:
        yield
    finally:
        lock.release()
