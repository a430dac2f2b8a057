"""Lets one run at a time change the file of a head, because the last one would win."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from qana.errors import UserError
from qana.output_files import find_target

_SECONDS = 0.5
"""Long enough for a run that is just ending to remove its lock."""


@contextmanager
def lock_head(path: Path) -> Iterator[None]:
    """Keeps other runs from changing a head between reading and saving it.

    A hidden file beside the head is locked. It is removed at the end, and after a kill it locks
    nothing.

    Args:
        path: of the head, which need not exist.

    Yields:
        None, while the head is locked.

    Raises:
        UserError: another run changes this head, or no file can be made beside it.
    """
    target = find_target(path)
    name = hashlib.sha256(target.name.encode(errors="surrogateescape")).hexdigest()[:16]
    file = target.absolute().with_name(f".{name}.lock")
    lock = FileLock(file)
    try:
        lock.acquire(timeout=_SECONDS, poll_interval=0.05)
    except Timeout:
        raise UserError(
            f"Another run is changing {path}: wait until it ends, or give another --head."
        ) from None
    except OSError:
        raise UserError(f"{path} cannot be written: give a place that you may write to.") from None
    try:
        yield
    finally:
        with suppress(OSError):
            file.unlink()
        lock.release()
