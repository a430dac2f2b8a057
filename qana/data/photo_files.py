"""Lists the photos in a folder, and reduces their names to what identifies them."""

import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qana.errors import DataError

PHOTO_EXTENSIONS = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".gif", ".bmp"),
    *(".tif", ".tiff", ".heic", ".heics", ".heif", ".heifs", ".hif", ".avif", ".avifs"),
    *(".dcm", ".dicom"),
)
"""Extensions of the photos that `qana.imaging` reads, in lower case. Every command, page and reader
of a data set uses this list."""
REDUCED = "_downsampled"
"""What the ISIC challenges append to the names of photos that they reduced."""


UNREAD_EXTENSIONS = (
    *(".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx", ".jxl", ".jxr", ".wdp", ".hdp", ".bpg"),
    *(".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".orf", ".rw2"),
    *(".raf", ".pef", ".srw", ".x3f", ".3fr", ".iiq", ".raw", ".psd", ".psb", ".exr", ".hdr"),
    *(".tga", ".ico", ".icns", ".ppm", ".pgm", ".pbm", ".pnm", ".pcx", ".svg", ".eps", ".pdf"),
    *(".svs", ".ndpi"),
)
"""Extensions of pictures that QANA does not read. A reader of labels finds them by their ids, so
that each is named with the reason and not counted as missing."""
RESOURCE_FORKS = "__MACOSX"
"""Folder in which macOS keeps what is no photo when it packs an archive."""


@dataclass(frozen=True)
class FoundFiles:
    """What a folder and its subfolders hold, without hidden files and folders.

    Attributes:
        files: the files, in the order of their paths.
        dead_links: links that lead to no file, in the order of their paths.
        closed: subfolders that cannot be opened.
    """

    files: tuple[Path, ...]
    dead_links: tuple[Path, ...]
    closed: tuple[Path, ...]


def find_files(folder: Path) -> FoundFiles:
    """Finds the files in a folder and its subfolders. Links are followed, each folder once.

    Args:
        folder: the folder.

    Returns:
        The files. A folder that is also reached by a link counts under its own path.

    Raises:
        DataError: the folder is missing or cannot be opened.
    """
    files: list[Path] = []
    dead: list[Path] = []
    closed: list[Path] = []
    seen: set[tuple[int, int]] = set()
    folders, links = [folder], list[Path]()
    while folders or links:
        here = folders.pop() if folders else links.pop(0)
        try:
            status = here.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
        except OSError:
            closed.append(here)
            continue
        seen.add((status.st_dev, status.st_ino))
        for entry in entries:
            path = here / entry.name
            if entry.name.startswith(".") or entry.name == RESOURCE_FORKS:
                continue
            if path.is_dir():
                (links if entry.is_symlink() else folders).append(path)
            elif path.is_file():
                files.append(path)
            elif entry.is_symlink() and not path.exists():
                dead.append(path)
    if folder in closed:
        raise DataError(
            f"There is no folder {folder} that can be opened: give the folder of the photos."
        )
    return FoundFiles(tuple(sorted(files)), tuple(sorted(dead)), tuple(sorted(closed)))


def list_files(folder: Path) -> list[Path]:
    """Lists `FoundFiles.files`; arguments and errors as in `find_files`."""
    return list(find_files(folder).files)


def list_photos(folder: Path) -> list[Path]:
    """Lists the files with one of `PHOTO_EXTENSIONS`; arguments and errors as in `find_files`."""
    return [path for path in list_files(folder) if path.suffix.lower() in PHOTO_EXTENSIONS]


def make_photo_key(name: str) -> str:
    """Reduces an id or a file name to what identifies a photo.

    Args:
        name: such as "ISIC_0024306", "part_1/isic_0024306.JPG" or "ISIC_0024306_downsampled".

    Returns:
        The name without folders, the extension of a photo and "_downsampled", in one case and one
        Unicode form (NFKC; a Mac stores accents in another form than a spreadsheet writes).
    """
    return fold_name(_remove_extension(PurePosixPath(normalize_path(name)).name))


def clean_image_id(name: str) -> str:
    """Removes folders and the extension of a photo from an id."""
    return _remove_extension(PurePosixPath(normalize_path(name)).name)


def fold_name(name: str) -> str:
    """Writes the name of a file in one case and one Unicode form, without "_downsampled"."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return folded.removesuffix(REDUCED)


def normalize_path(name: str) -> str:
    """Writes a path of any system with slashes and in one Unicode form."""
    return unicodedata.normalize("NFKC", name).replace("\\", "/").strip().rstrip("/")


def _remove_extension(name: str) -> str:
    path = PurePosixPath(name)
    return path.stem if path.suffix.lower() in PHOTO_EXTENSIONS else name
