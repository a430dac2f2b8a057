"""Finds files with the same content under different names."""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path

from qana.data.csv_tables import quote_value
from qana.errors import DataError


def map_identical_files(paths: Iterable[Path]) -> dict[Path, Path]:
    """Maps each file to the first one with the same bytes.

    Only files of equal size are read. An empty file is equal to no other, and so is one that
    cannot be read: the command that reads the photo names it.

    Args:
        paths: the files.

    Returns:
        Each file to the first of those equal to it, which may be itself.
    """
    by_size: dict[Hashable, list[Path]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        by_size[_measure(path) or path].append(path)
    first: dict[Path, Path] = {}
    for same_size in by_size.values():
        by_content: dict[Hashable, Path] = {}
        for path in same_size:
            content = _hash(path) if len(same_size) > 1 else path
            first[path] = by_content.setdefault(content, path)
    return first


def check_equal(paths: Sequence[Path], folder: Path) -> None:
    """Checks that files of one id are equal.

    Args:
        paths: at least two files.
        folder: the folder that they are in.

    Raises:
        DataError: two of them differ. The message names them.
    """
    if len(set(map_identical_files(paths).values())) > 1:
        first, second = (quote_value(path.relative_to(folder).as_posix()) for path in paths[:2])
        raise DataError(
            f"{first} and {second} have the same id but differ: remove one of them, or write "
            f"{first} or {second} as the id."
        )


def _measure(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _hash(path: Path) -> Hashable:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return path
