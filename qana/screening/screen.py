"""Classifies many photos from Python, without a table: `qana.screen`."""

import os
from collections.abc import Generator, Iterable
from contextlib import closing

from qana.inference.manifest import DEFAULT_MODEL, ModelEntry, find_entry
from qana.inference.model_store import verify_model
from qana.screening.chunks import cut_chunks
from qana.screening.local_pool import LocalPool, check_workers
from qana.screening.rows import ScreeningRow
from qana.screening.sources import list_all_photos

CHUNK_SIZE = 16
"""Photos that a process classifies before their rows come."""


def screen(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    model: str = DEFAULT_MODEL,
    workers: int | None = None,
) -> Generator[ScreeningRow]:
    """Classifies many photos in several processes.

    Nothing is written to a disk. `qana screen` writes a table and continues after an interruption.

    Args:
        paths: of photos, folders, ZIP archives or tables with a column of paths. They are taken a
            few at a time, so any number may come from a generator.
        model: name of the model.
        workers: number of processes, 1 to 1024; None for one on each core.

    Returns:
        An iterator of one `ScreeningRow` for each photo, in the order of `paths`. A photo that
        cannot be read is a row with a reason. The processes end with the iterator, or when it is
        closed.

    Raises:
        ModelError: there is no such model, or its file is missing or changed.
        UserError: `workers` is no whole number from 1 to 1024.
        DataError: while the rows come, for a path that is no photo and does not exist.

    Example:
        >>> for row in qana.screen(["photos/", "more.zip"]):
        ...     print(row.path, row.status, row.top1_label)
    """
    count = check_workers(workers)
    entry = find_entry(model)
    verify_model(entry)
    given = [paths] if isinstance(paths, str | os.PathLike) else paths
    return _screen((os.fspath(path) for path in given), entry, count)


def _screen(sources: Iterable[str], entry: ModelEntry, workers: int) -> Generator[ScreeningRow]:
    chunks = cut_chunks(list_all_photos(sources), CHUNK_SIZE)
    pool = LocalPool(entry.name, entry.sha256, workers)
    waiting: dict[int, tuple[ScreeningRow, ...]] = {}
    wanted = 0
    with closing(pool.run(chunks)) as screened:
        for chunk in screened:
            waiting[chunk.number] = chunk.rows
            while wanted in waiting:
                yield from waiting.pop(wanted)
                wanted += 1
