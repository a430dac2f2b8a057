"""Writes files whole: a stop or a full disk leaves the earlier file, and never a part."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def find_target(path: Path) -> Path:
    """Finds the file that a path leads to, so that a symbolic link stays one when it is written.

    Args:
        path: of a file or link, which need not exist.

    Returns:
        The path itself if it is no link.
    """
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def is_same_file(first: str | os.PathLike[str], second: str | os.PathLike[str]) -> bool:
    """Returns whether two paths lead to one file, which need not exist."""
    with suppress(OSError, ValueError):
        return Path(first).samefile(second)
    return os.path.realpath(first) == os.path.realpath(second)


def is_replaceable(path: Path) -> bool:
    """Returns whether a new file can take the place of what is at a path.

    A FIFO or a device stays, and takes the content.
    """
    return path.is_file() or not path.exists()


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Writes several files. All are on the disk before the first one gets its name.

    Args:
        contents: content of each file. A link is followed. A FIFO or a device is written to.

    Raises:
        OSError: a file cannot be written. Earlier files are as they were.
    """
    unfinished: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            target = find_target(path)
            if not is_replaceable(target):
                target.write_bytes(content)
                continue
            # The name does not contain that of the file, which may be as long as names can be.
            unfinished[target] = target.with_name(f".{secrets.token_hex(8)}.unfinished")
            with unfinished[target].open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for target, part in unfinished.items():
            part.replace(target)
    finally:
        for part in unfinished.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
