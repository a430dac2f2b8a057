"""Sorts any number of paths on a disk, so that memory does not grow with them."""

import hashlib
import heapq
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby, islice
from pathlib import Path

from qana.screening.rows import format_path

PATHS_AT_ONCE = 100_000
"""Paths that are sorted in memory, about 20 MB."""


def write_sorted_paths(paths: Iterable[str], file: Path) -> tuple[int, str]:
    """Writes paths in the order in which they stand in the table, each of them once.

    Args:
        paths: in any order.
        file: is written, with one JSON string a line. Its folder also takes temporary files, named
            as the file with a number.

    Returns:
        Number of paths, and the SHA-256 of the file, 64 hex digits.
    """
    remaining = iter(paths)
    parts: list[Path] = []
    while some := sorted(islice(remaining, PATHS_AT_ONCE), key=get_sort_key):
        part = file.with_name(f"{file.name}.{len(parts)}")
        _write(some, part)
        parts.append(part)
    with ExitStack() as stack:
        sorted_parts = [stack.enter_context(part.open(encoding="ascii")) for part in parts]
        merged = heapq.merge(*(map(json.loads, part) for part in sorted_parts), key=get_sort_key)
        found = _write((path for path, _same in groupby(merged)), file)
    for part in parts:
        part.unlink()
    return found


def read_sorted_paths(file: Path) -> Iterator[str]:
    """Reads the paths that `write_sorted_paths` has written, one at a time."""
    with file.open(encoding="ascii") as lines:
        for line in lines:
            yield json.loads(line)


def _write(paths: Iterable[str], file: Path) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    with file.open("w", encoding="ascii", newline="\n") as lines:
        for path in paths:
            line = json.dumps(path) + "\n"
            lines.write(line)
            digest.update(line.encode("ascii"))
            count += 1
    return count, digest.hexdigest()


def get_sort_key(path: str) -> tuple[str, str]:
    """Returns what the rows of a table are sorted by."""
    return format_path(path), path
