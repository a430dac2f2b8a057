"""Looks for photos where none may be: on every disk, and in the files that processes hold open."""

import base64
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import psutil

WINDOW = 48
"""Bytes of a photo that are looked for; so many that no other file has them by chance."""
LOOKS = 6
"""Places of a photo that windows are taken from, spread over it: a part of it is found too."""
NO_DISK = ("/proc", "/sys", "/dev")
"""What is no file on a disk; the memory disk in /dev/shm is looked through by itself."""


def marks(photo: bytes, pixels: Sequence[np.ndarray]) -> set[bytes]:
    """What gives a photo away.

    Args:
        photo: the file's bytes.
        pixels: the photo as it is after reading, each (H, W, 3) uint8.

    Returns:
        windows of the file, of its base64 at each of the three places where that can begin, and
        of the pixels.
    """
    found = set()
    for data in (photo, *(one.tobytes() for one in pixels)):
        for start in np.linspace(len(data) // 10, len(data) - 4 * WINDOW, LOOKS, dtype=int):
            window = data[start : start + WINDOW]
            if len(set(window)) > WINDOW // 4:  # an even patch is in many files
                found.add(window)
        if data is photo:
            found |= {w for window in list(found) for w in _in_base64(window)}
    return found


def _in_base64(window: bytes) -> Iterator[bytes]:
    for shift in range(3):
        part = window[shift:]
        yield base64.b64encode(part[: len(part) // 3 * 3])


def changed_files(since: float, roots: Iterable[Path]) -> Iterator[Path]:
    """Files below `roots` that were written or made after a time, seconds since 1970."""
    waiting = ["/dev/shm", *map(str, roots)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.path not in NO_DISK:
                            waiting.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        status = entry.stat(follow_symlinks=False)
                        if max(status.st_mtime, status.st_ctime) >= since:
                            yield Path(entry.path)
        except OSError:
            continue  # a folder that is gone by now


def open_files(processes: Iterable[psutil.Process]) -> Iterator[Path]:
    """Files that processes hold open, also those that have no name any more or never had one."""
    for process in processes:
        try:
            links = list(Path(f"/proc/{process.pid}/fd").iterdir())
        except OSError:
            continue
        for link in links:
            try:
                target = link.readlink()
                if str(target).startswith("/dev/") or not link.is_file():
                    continue  # a pipe, a socket, a device
            except OSError:
                continue
            yield link


def with_a_photo(files: Iterable[Path], wanted: set[bytes]) -> list[str]:
    """Which of the files hold one of the marks."""
    found = []
    for path in files:
        try:
            data = path.read_bytes()
        except OSError:
            continue
        if any(mark in data for mark in wanted):
            found.append(str(path.readlink() if path.is_symlink() else path))
    return found
