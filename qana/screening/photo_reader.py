"""Reads the bytes of photos from folders and from inside ZIP archives."""

import zipfile
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from qana.errors import ImageError
from qana.imaging.decode import NOT_OPENED, TOO_LARGE
from qana.imaging.limits import MAX_BYTES

ENCRYPTED = "This file is encrypted in its archive: unpack the archive with its password."
DAMAGED_MEMBER = "This file is damaged in its archive: save the archive again."
OUTSIDE = (
    "The path of this file leads out of its archive: save the archive again without such paths."
)
CLOSED_FOLDER = "This folder cannot be opened: check your permission to read it."


class PhotoReader:
    """Reads files one after the other and keeps the last archive open. Not thread-safe."""

    def __init__(self) -> None:
        """Starts without an archive."""
        self._archive: zipfile.ZipFile | None = None
        self._archive_path = ""

    def read(self, path: str) -> bytes:
        """Reads a whole file. Nothing is unpacked to a disk.

        Args:
            path: of the file, or of an archive, a slash, and the name of the file in it.

        Returns:
            Its content, at most 25 MB.

        Raises:
            ImageError: it cannot be read or is larger. The message says what to do.
        """
        try:
            file = Path(path)
            if file.is_dir():
                raise ImageError(CLOSED_FOLDER)  # a folder that opens is listed, not read
            if file.is_file():  # reading from a pipe or a device may never end
                with file.open("rb") as stream:
                    return check_length(stream.read(MAX_BYTES + 1))
            return self._read_member(path)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            if isinstance(error, ImageError):
                raise
            raise ImageError(NOT_OPENED) from None

    def close(self) -> None:
        """Closes the archive that is open."""
        if self._archive is not None:
            self._archive.close()
            self._archive = None

    def _read_member(self, path: str) -> bytes:
        for archive_path, member in _split(path):
            if self._archive is None or archive_path != self._archive_path:
                if not Path(archive_path).is_file():
                    continue
                self.close()
                self._archive = _open_archive(archive_path)
                self._archive_path = archive_path
            return read_member(self._archive, member)
        raise ImageError(NOT_OPENED)


def _split(path: str) -> Iterator[tuple[str, str]]:
    """Splits a path at each slash into what may be an archive and the name of a file in it."""
    at = path.find("/", 1)
    while at > 0:
        yield path[:at], path[at + 1 :]
        at = path.find("/", at + 1)


def _open_archive(path: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except Exception:  # zipfile raises many kinds for a damaged list of files
        raise ImageError(NOT_OPENED) from None


def read_member(archive: zipfile.ZipFile, member: str) -> bytes:
    """Reads one file of an archive into memory.

    Args:
        archive: the open archive.
        member: name of the file in it.

    Returns:
        Its content, at most 25 MB.

    Raises:
        ImageError: it is not there, encrypted, damaged or larger, or its path is absolute or leads
            upward. The message says what to do.
    """
    try:
        if _leads_outside(member):
            raise ImageError(OUTSIDE)
        info = archive.getinfo(member)
        if info.file_size > MAX_BYTES:
            raise ImageError(TOO_LARGE)
        if info.flag_bits & 1:
            raise ImageError(ENCRYPTED)
        with archive.open(info) as stream:
            return check_length(stream.read(MAX_BYTES + 1))
    except ImageError:
        raise
    except KeyError:
        raise ImageError(NOT_OPENED) from None
    except Exception:  # each decompressor raises exceptions of its own
        raise ImageError(DAMAGED_MEMBER) from None


def _leads_outside(member: str) -> bool:
    """Returns whether a program that unpacks this file could write it outside of its folder."""
    windows = PureWindowsPath(member)  # also knows slashes
    return bool(windows.root or windows.drive) or ".." in windows.parts


def check_length(data: bytes) -> bytes:
    """Returns the content of a file, or raises an `ImageError` if it has more than 25 MB."""
    if len(data) > MAX_BYTES:
        raise ImageError(TOO_LARGE)
    return data
