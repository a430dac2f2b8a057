"""Keeps what an interrupted run has done: the list of photos, and the rows in numbered parts.

The folder `NAME.unfinished` is beside the output NAME while a run works, and goes when the table is
complete. Each part is written at once, so a process may be killed at any moment: what is there is
right, and the rest is done by the next run. The table is made from the parts alone.
"""

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from filelock import FileLock, Timeout

from qana.errors import UserError
from qana.inference.manifest import ModelEntry
from qana.output_files import find_target, is_replaceable
from qana.resources import VERSION
from qana.screening.chunks import CHUNK_SIZE, Chunk, ScreenedChunk, cut_chunks
from qana.screening.sorted_paths import read_sorted_paths, write_sorted_paths
from qana.screening.tables import read_part, write_part, write_table

RUN, PATHS, NEW_PATHS, PARTS, TABLE = "run.json", "paths", "paths.new", "parts", "table"
LOCK = "lock"
_NAMES = (RUN, PATHS, PARTS, TABLE, LOCK)
"""What the names of all files of a state begin with."""
PARTS_IN_FOLDER = 1000


class UnfinishedRun:
    """The stored state of one run.

    Attributes:
        folder: of the state.
        photos: number of photos.
        done: number of photos whose rows are stored.
    """

    def __init__(self, folder: Path, photos: int, missing: list[int]) -> None:
        """Takes what `open_run` has found.

        Args:
            folder: of the state.
            photos: number of photos.
            missing: numbers of the chunks without a part, in order.
        """
        self.folder = folder
        self.photos = photos
        self._missing = missing
        self.done = photos - sum(self._count_photos(number) for number in missing)

    def list_missing(self) -> Iterator[Chunk]:
        """Lists the chunks that are still to do."""
        missing = iter(self._missing)
        wanted = next(missing, None)
        for chunk in cut_chunks(read_sorted_paths(self.folder / PATHS)):
            if wanted is None:
                return
            if chunk.number == wanted:
                yield chunk
                wanted = next(missing, None)

    def save(self, chunk: ScreenedChunk) -> None:
        """Stores the rows of a chunk."""
        path = _find_part(self.folder, chunk.number)
        path.parent.mkdir(exist_ok=True)
        write_part(chunk.rows, path)
        self.done += len(chunk.rows)

    def write(self, out: Path, suffix: str) -> None:
        """Writes the table from all parts.

        Args:
            out: the table. It is replaced at once; a link is followed. A FIFO or a device takes
                the content.
            suffix: ".parquet" or ".csv".

        Raises:
            UserError: a part was damaged meanwhile.
        """
        table, target = self.folder / TABLE, find_target(out)
        write_table(self._read_parts(), table, suffix)
        if is_replaceable(target):
            table.replace(target)
            return
        with table.open("rb") as content, target.open("wb") as stream:
            shutil.copyfileobj(content, stream)

    def remove(self) -> None:
        """Removes the state. The record goes first: half a state must not pass for a run."""
        remove_run(self.folder)

    def _read_parts(self) -> Iterator[pa.Table]:
        for number in range(_count_chunks(self.photos)):
            part = read_part(_find_part(self.folder, number))
            if part is None or len(part) != self._count_photos(number):
                _find_part(self.folder, number).unlink(missing_ok=True)
                raise UserError(
                    f"A part in {self.folder} was changed or removed: run the same command with "
                    "--resume."
                )
            yield part

    def _count_photos(self, number: int) -> int:
        return min(CHUNK_SIZE, self.photos - number * CHUNK_SIZE)


@contextmanager
def lock_run(folder: Path) -> Iterator[None]:
    """Makes the folder of a state if it is missing, and keeps other runs out of it.

    Args:
        folder: of the state.

    Raises:
        UserError: another run works there, or the folder is of something else.
    """
    folder.mkdir(exist_ok=True)
    others = [path.name for path in folder.iterdir() if not path.name.startswith(_NAMES)]
    if others:
        raise UserError(
            f"{folder} is not a folder of this command, as it has the file {others[0]}: move it, "
            "or give another --out."
        )
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UserError(
            f"Another run works on this table (its folder is {folder}): wait for it, or give "
            "another --out."
        ) from None
    try:
        yield
    finally:
        lock.release()


def open_run(folder: Path, paths: Iterable[str], entry: ModelEntry, resume: bool) -> UnfinishedRun:
    """Starts a run, or continues the one that is in the folder.

    Args:
        folder: of the state, locked.
        paths: of all photos, in any order.
        entry: the model.
        resume: whether to continue a run.

    Raises:
        UserError: the folder has a run although `resume` is False, or a run that was started with
            another model, version or list of photos. The sentence says what to do.
    """
    record = _read_record(folder)
    if record and not resume:
        raise UserError(
            f"{folder} is of an interrupted run: add --resume to continue it, or delete this "
            "folder to start over."
        )
    settings = describe_settings(entry)
    changed = [name for name in settings if record and record.get(name) != settings[name]]
    if changed:
        raise UserError(
            f"The interrupted run had another {changed[0].replace('_', ' ')}: restore it, or "
            f"delete {folder} to start over."
        )
    (folder / PARTS).mkdir(exist_ok=True)
    try:
        count, digest = write_sorted_paths(paths, folder / NEW_PATHS)
    except UserError:
        if not record:
            remove_run(folder)
        raise
    listed = {"photos": count, "paths_sha256": digest}
    if record and any(record.get(name) != value for name, value in listed.items()):
        raise UserError(
            f"The list of photos differs from that of the interrupted run ({count} and "
            f"{record.get('photos')} photos): restore it, or delete {folder} to start over."
        )
    if not count:
        remove_run(folder)
        raise UserError("The sources have no photo: give a folder, archive or table of photos.")
    (folder / NEW_PATHS).replace(folder / PATHS)
    if not record:  # parts without a record are of a run that was being removed
        shutil.rmtree(folder / PARTS)
        (folder / PARTS).mkdir()
        _write_record(folder, settings | listed)
    return UnfinishedRun(folder, count, _list_missing(folder, count))


def describe_settings(entry: ModelEntry) -> dict[str, Any]:
    """Describes everything that a row depends on beside its photo."""
    return {
        "version": VERSION,
        "model": entry.name,
        "model_sha256": entry.sha256,
        "gate": entry.gate[1] if entry.gate else None,
        "temperature": entry.temperature,
        "threshold": entry.abstain_below,
        "chunk_size": CHUNK_SIZE,
    }


def remove_run(folder: Path) -> None:
    """Removes a state; see `UnfinishedRun.remove`."""
    (folder / RUN).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _read_record(folder: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def _write_record(folder: Path, record: dict[str, Any]) -> None:
    unfinished = folder / f"{RUN}.unfinished"
    unfinished.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(folder / RUN)


def _count_chunks(photos: int) -> int:
    return -(-photos // CHUNK_SIZE)


def _find_part(folder: Path, number: int) -> Path:
    return folder / PARTS / f"{number // PARTS_IN_FOLDER:06}" / f"{number:09}.arrow"


def _list_missing(folder: Path, photos: int) -> list[int]:
    found = {path.name for path in (folder / PARTS).glob("*/*.arrow")}
    return [
        number
        for number in range(_count_chunks(photos))
        if _find_part(folder, number).name not in found
    ]
