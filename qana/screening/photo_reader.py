"""Reads the bytes of photos from folders and from inside ZIP archives."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from qana.errors import ImageError
from qana.imaging.decode import NOT_OPENED, TOO_LARGE
from qana.imaging.limits import MAX_BYTES

ENCRYPTED = "This file is encrypted in its archive: unpack the archive with its password."
DAMAGED_MEMBER = "This file is damaged in its archive: save the archive again."
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
                    return _check_length(stream.read(MAX_BYTES + 1))
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
            return _read_from(self._archive, member)
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


def _read_from(archive: zipfile.ZipFile, member: str) -> bytes:
    try:
        info = archive.getinfo(member)
        if info.file_size > MAX_BYTES:
            raise ImageError(TOO_LARGE)
        if info.flag_bits & 1:
            raise ImageError(ENCRYPTED)
        with archive.open(info) as stream:
            return _check_length(stream.read(MAX_BYTES + 1))
    except ImageError:
        raise
    except KeyError:
        raise ImageError(NOT_OPENED) from None
    except Exception:  # each decompressor raises exceptions of its own
        raise ImageError(DAMAGED_MEMBER) from None


def _check_length(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise ImageError(TOO_LARGE)
    return data
