"""Searches for traces of photos on every disk and in the open files of processes."""

import base64
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import psutil

WINDOW = 48
"""Length of a fingerprint, bytes. No other file contains so many equal bytes by chance."""
WINDOWS = 6
"""Fingerprints of a photo, spread over it, so that a part of the photo is found too."""
NO_DISK = ("/proc", "/sys", "/dev")
"""Folders that are not on a disk. The search includes /dev/shm, which is in memory."""


def extract_fingerprints(photo: bytes, pixels: Sequence[np.ndarray]) -> set[bytes]:
    """Extracts bytes that identify a photo.

    Args:
        photo: bytes of the file.
        pixels: decoded forms of the photo, each (H, W, 3) uint8.

    Returns:
        Parts of the file, of its base64 at each of the three possible offsets, and of the pixels.
    """
    fingerprints = set()
    for data in (photo, *(one.tobytes() for one in pixels)):
        for start in np.linspace(len(data) // 10, len(data) - 4 * WINDOW, WINDOWS, dtype=int):
            window = data[start : start + WINDOW]
            if len(set(window)) > WINDOW // 4:  # many files contain uniform bytes
                fingerprints.add(window)
        if data is photo:
            windows = list(fingerprints)
            fingerprints |= {text for window in windows for text in _encode_base64(window)}
    return fingerprints


def _encode_base64(window: bytes) -> Iterator[bytes]:
    for offset in range(3):
        part = window[offset:]
        yield base64.b64encode(part[: len(part) // 3 * 3])


def find_changed_files(since: float, roots: Iterable[Path]) -> Iterator[Path]:
    """Finds files that were written or created after a time.

    Args:
        since: seconds since 1970.
        roots: folders to search, in addition to /dev/shm.
    """
    pending = ["/dev/shm", *map(str, roots)]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.path not in NO_DISK:
                            pending.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        status = entry.stat(follow_symlinks=False)
                        if max(status.st_mtime, status.st_ctime) >= since:
                            yield Path(entry.path)
        except OSError:
            continue  # the folder was deleted meanwhile


def find_open_files(processes: Iterable[psutil.Process]) -> Iterator[Path]:
    """Finds the open files of processes, including files without a name."""
    for process in processes:
        try:
            links = list(Path(f"/proc/{process.pid}/fd").iterdir())
        except OSError:
            continue
        for link in links:
            try:
                target = link.readlink()
                if str(target).startswith("/dev/") or not link.is_file():
                    continue  # a pipe, a socket or a device
            except OSError:
                continue
            yield link


def find_traces(files: Iterable[Path], fingerprints: set[bytes]) -> list[str]:
    """Finds the files that contain a fingerprint.

    Args:
        files: files to read; unreadable ones are skipped.
        fingerprints: from `extract_fingerprints`.

    Returns:
        Paths of the files.
    """
    found = []
    for path in files:
        try:
            data = path.read_bytes()
        except OSError:
            continue
        if any(fingerprint in data for fingerprint in fingerprints):
            found.append(str(path.readlink() if path.is_symlink() else path))
    return found
