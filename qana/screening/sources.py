"""Lists the photos of folders, ZIP archives and tables, one path at a time."""

import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from qana.data.photo_files import PHOTO_EXTENSIONS
from qana.errors import DataError
from qana.screening.path_tables import TABLE_EXTENSIONS, read_paths

ARCHIVE_EXTENSION = ".zip"
RESOURCE_FORKS = "__MACOSX"
"""Folder of an archive in which macOS keeps what is no photo."""


def list_photos(source: str, excluded: frozenset[str] = frozenset()) -> Iterator[str]:
    """Lists the photos of one source.

    Every file of a folder or archive counts, whatever its name, so that each has its row. Hidden
    files and folders are left out. Folders are listed in the order of names.

    Args:
        source: path of a folder, a ZIP archive, a table with a column of paths, or a photo.
        excluded: real paths of files and folders that are left out, such as the output.

    Yields:
        Paths, see `qana.screening.photo_reader.PhotoReader.read`.

    Raises:
        DataError: there is nothing at the path, or the archive or table cannot be read.
    """
    suffix = Path(source).suffix.lower()
    if os.path.isdir(source):  # noqa: PTH112 - a Path raises OSError for a name that is too long
        yield from _list_folder(source, excluded, ())
    elif suffix not in PHOTO_EXTENSIONS and _is_missing(source):
        raise DataError(f"There is no file or folder {source}: check its name.")
    elif suffix == ARCHIVE_EXTENSION:
        yield from _list_archive(source)
    elif suffix in TABLE_EXTENSIONS:
        yield from read_paths(source)
    else:
        yield source


def list_all_photos(
    sources: Iterable[str], excluded: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Lists the photos of several sources, one after the other; see `list_photos`."""
    for source in sources:
        yield from list_photos(source, excluded)


def _is_missing(source: str) -> bool:
    """Returns whether nothing is at a path. Whatever may not be looked at gets a row."""
    try:
        Path(source).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def _list_folder(
    folder: str, excluded: frozenset[str], above: tuple[tuple[int, int], ...]
) -> Iterator[str]:
    """Lists a folder; `above` identifies the folders that it is in, so that no link is a circle."""
    try:
        status = Path(folder).stat()
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        yield folder  # its row says that it cannot be opened
        return
    here = (status.st_dev, status.st_ino)
    if here in above:
        return
    for entry in entries:
        if entry.name.startswith(".") or _is_excluded(entry, excluded):
            continue
        if os.path.isdir(entry.path):  # noqa: PTH112 - a Path for each of a million files is slow
            yield from _list_folder(entry.path, excluded, (*above, here))
        else:
            yield entry.path


def _is_excluded(entry: os.DirEntry[str], excluded: frozenset[str]) -> bool:
    # Resolving the path of every file would take longer than listing them.
    named = entry.is_symlink() or any(Path(path).name == entry.name for path in excluded)
    return named and os.path.realpath(entry.path) in excluded


def _list_archive(source: str) -> Iterator[str]:
    """Lists the files in an archive as paths below it."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = list_members(archive)
    except OSError:
        raise DataError(
            f"{source} cannot be opened: check that it is a file and that you may read it."
        ) from None
    except Exception:  # zipfile raises many kinds for a damaged list of files
        raise DataError(f"{source} is no ZIP archive that can be read: save it again.") from None
    yield from (f"{source}/{name}" for name in names)


def list_members(archive: zipfile.ZipFile) -> list[str]:
    """Lists the names of the files in an archive, without folders and hidden files, each once."""
    names = sorted(set(archive.namelist()))
    return [name for name in names if not name.endswith("/") and not is_hidden(name)]


def is_hidden(name: str) -> bool:
    """Returns whether a file, or a folder that it is in, is hidden or one of macOS's own."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    return hidden or RESOURCE_FORKS in parts
