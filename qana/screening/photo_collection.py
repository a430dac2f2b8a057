"""Collects the photos that a visitor has chosen: files, a folder or archives, in memory only."""

import io
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from qana.data.labelled_names import NamedLabel, find_labels
from qana.data.text_tables import parse_text_table
from qana.errors import DataError
from qana.screening.photo_reader import check_length, read_member
from qana.screening.sorted_paths import get_sort_key
from qana.screening.sources import ARCHIVE_EXTENSION, is_hidden, list_members

MAX_PHOTOS = 500
"""Largest number of files of one collection."""
MAX_COLLECTION_MB = 200
"""Largest size of all files together, megabytes of 2**20 bytes."""
MAX_UNPACKED_MB = 1024
"""Largest size that the files of one archive may have when they are unpacked."""
MAX_MEMBERS = 10_000
"""Largest number of files, folders and hidden files of one archive. Its list needs memory."""
TABLE_EXTENSIONS = (".csv", ".tsv", ".tab")
"""Extensions of the files among which the table of labels is searched."""
_LIST_ENTRY = b"PK\x01\x02"
"""Signature of each entry in the list of files of an archive (APPNOTE.TXT, section 4.3.12)."""
MEGABYTE = 2**20


@dataclass(frozen=True, eq=False)
class ChosenFile:
    """A file that a visitor has chosen.

    Attributes:
        name: its name, or its path in the folder that was chosen, with slashes.
        data: its content.
    """

    name: str
    data: bytes


class PhotoCollection:
    """The photos of one visit. Several threads may read them at once.

    Attributes:
        paths: of all files, in the order of the table of `qana screen`.
        tables: those of `paths` or of other files that may be tables of labels.
        size: bytes that the collection takes in memory.
    """

    def __init__(
        self,
        readers: Mapping[str, Callable[[], bytes]],
        tables: Mapping[str, Callable[[], bytes]],
        size: int,
    ) -> None:
        """Takes the files; see `collect_photos`.

        Args:
            readers: path of each file to the function that reads it.
            tables: likewise, of each file that may be a table of labels.
            size: bytes that the collection takes in memory.
        """
        self.paths = tuple(sorted(readers, key=get_sort_key))
        self.tables = tuple(sorted(tables, key=get_sort_key))
        self.size = size
        self._readers, self._tables = readers, tables

    @property
    def photos(self) -> tuple[str, ...]:
        """The paths without those of tables."""
        return tuple(path for path in self.paths if path not in self._tables)

    def read(self, path: str) -> bytes:
        """Reads one of `paths`.

        Raises:
            ImageError: it cannot be read or has more than 25 MB. The message says what to do.
        """
        return self._readers[path]()

    def find_labels(self, more: Sequence[ChosenFile] = ()) -> list[NamedLabel]:
        """Finds the labels of the photos; none if there is no table.

        Args:
            more: further tables, which come before those of the collection.

        Raises:
            UserError: no table has labels, or one is damaged. The sentence says what to do.
        """
        contents = [(file.name, check_length(file.data)) for file in more]
        contents += [(path, self._tables[path]()) for path in self.tables]
        if not contents:
            return []
        tables = [parse_text_table(data, PurePosixPath(path).name) for path, data in contents]
        return find_labels(tables, self.photos)


def collect_photos(files: Sequence[ChosenFile]) -> PhotoCollection:
    """Lists the photos of files, folders and ZIP archives. Nothing is unpacked to a disk.

    The paths are those that `qana screen` gives the same files in the folder that it runs in.

    Args:
        files: a ZIP archive counts as the files in it. Hidden files are left out. A table, .csv,
            .tsv or .tab, that is neither in a folder nor in an archive is no file of the table.

    Raises:
        DataError: there is no photo, or there are too many; the files are too large; or an archive
            is damaged or would be too large when unpacked. The sentence says what to do.
    """
    size = sum(len(file.data) for file in files)
    if size > MAX_COLLECTION_MB * MEGABYTE:
        raise DataError(
            f"These files have more than {MAX_COLLECTION_MB} MB together: choose fewer, or use "
            "`qana screen`."
        )
    readers: dict[str, Callable[[], bytes]] = {}
    tables: dict[str, Callable[[], bytes]] = {}
    for path, read in _list_files(files):
        is_table = PurePosixPath(path).suffix.lower() in TABLE_EXTENSIONS
        if is_table:
            tables[path] = read
        if not is_table or "/" in path:
            readers[path] = read
    photos = len(readers.keys() - tables.keys())
    if not photos:
        raise DataError("There is no photo among these files: choose photos, a folder or a ZIP.")
    if photos > MAX_PHOTOS:
        raise DataError(
            f"These are {photos:,} files: choose at most {MAX_PHOTOS}, or use `qana screen`, which "
            "takes any number."
        )
    return PhotoCollection(readers, tables, size)


def _list_files(files: Iterable[ChosenFile]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Lists the path of each file, and the function that reads it."""
    known: dict[str, bytes] = {}
    for file in files:
        if is_hidden(file.name) or known.get(file.name) == file.data:
            continue
        name = _make_unique(file.name, known)
        known[name] = file.data
        if PurePosixPath(name).suffix.lower() == ARCHIVE_EXTENSION and "/" not in name:
            yield from _list_archive(name, file.data)
        else:
            yield name, partial(check_length, file.data)


def _make_unique(name: str, known: Mapping[str, bytes]) -> str:
    """Adds a number to a name that another file has, as browsers do."""
    path, number = PurePosixPath(name), 2
    unique = name
    while unique in known:
        unique = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        number += 1
    return unique


def _list_archive(name: str, data: bytes) -> Iterator[tuple[str, Callable[[], bytes]]]:
    # The list is counted before it is read, because each entry takes a hundred times its size.
    if data.count(_LIST_ENTRY) > MAX_MEMBERS:
        raise DataError(
            f"{name} has more than {MAX_MEMBERS:,} files: unpack it and choose its photos."
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = list_members(archive)
    except Exception:  # zipfile raises many kinds for a damaged list of files
        raise DataError(f"{name} is no ZIP archive that can be read: save it again.") from None
    unpacked = sum(archive.getinfo(member).file_size for member in members)
    if unpacked > MAX_UNPACKED_MB * MEGABYTE:
        raise DataError(
            f"{name} unpacks to {unpacked / MEGABYTE:,.0f} MB, and {MAX_UNPACKED_MB:,} MB are "
            "allowed: unpack it and choose its photos."
        )
    lock = threading.Lock()  # the position in the archive is shared

    def read(member: str) -> bytes:
        with lock:
            return read_member(archive, member)

    for member in members:
        yield f"{name}/{member}", partial(read, member)
