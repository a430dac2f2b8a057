"""Finds photos in a folder by the ids that tables give them."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
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


class PhotoIndex:
    """Photos that are found by their ids.

    Files of other kinds are left out, but a file without an extension counts where no other has its
    id.
    """

    def __init__(self, folder: Path, paths: Iterable[Path]) -> None:
        """Takes the files. They need not be on a disk, because their content is not read.

        Args:
            folder: the folder that the paths start with.
            paths: of the files.
        """
        self.folder = folder
        self._photos: dict[str, list[Path]] = defaultdict(list)
        self._bare: dict[str, list[Path]] = defaultdict(list)
        for path in paths:
            if path.suffix.lower() in PHOTO_EXTENSIONS:
                self._photos[make_photo_key(path.name)].append(path)
            elif not path.suffix:
                self._bare[make_photo_key(path.name)].append(path)

    def __contains__(self, image_id: object) -> bool:
        """Returns whether a photo has this id."""
        key = make_photo_key(str(image_id))
        return key in self._photos or key in self._bare

    def find(self, image_id: str) -> list[Path]:
        """Finds the photos that an id may stand for.

        Args:
            image_id: the id as in a table, see `make_photo_key`. If photos of several folders or
                extensions have it, its own folder, case and extension decide where it has them.

        Returns:
            The photos in the order of their paths; more than one if the id does not say which.
        """
        key = make_photo_key(image_id)
        paths = self._photos.get(key) or self._bare.get(key, [])
        if len(paths) < 2:
            return paths
        given = PurePosixPath(_normalize_path(image_id))
        stem = _remove_extension(given.name)
        tests: tuple[Callable[[Path], bool], ...] = (
            lambda path: path.suffix.lower() == given.suffix.lower(),
            lambda path: _normalize(path.stem) == stem,
            lambda path: _has_folders(path, given.parent.parts),
            lambda path: given.name != str(given) and path.parent == self.folder / given.parent,
        )
        for test in tests:
            paths = [path for path in paths if test(path)] or paths
        return paths


class PhotoFolder(PhotoIndex):
    """The photos in a folder and in its subfolders of any depth, without hidden ones."""

    def __init__(self, folder: Path) -> None:
        """Lists the photos.

        Args:
            folder: the folder.

        Raises:
            DataError: the folder is missing or cannot be opened.
        """
        super().__init__(folder, list_files(folder))


def list_files(folder: Path) -> list[Path]:
    """Lists the files in a folder and its subfolders, without hidden ones.

    Args:
        folder: the folder.

    Returns:
        The files in the order of their paths.

    Raises:
        DataError: the folder is missing or cannot be opened.
    """
    try:
        next(folder.iterdir(), None)  # rglob ignores a folder that it cannot open
        return [
            path
            for path in sorted(folder.rglob("*"))
            if not _is_hidden(path.relative_to(folder)) and path.is_file()
        ]
    except OSError:
        raise DataError(
            f"There is no folder {folder} that can be opened: give the folder of the photos."
        ) from None


def list_photos(folder: Path) -> list[Path]:
    """Lists the files with one of `PHOTO_EXTENSIONS`; arguments and errors as in `list_files`."""
    return [path for path in list_files(folder) if path.suffix.lower() in PHOTO_EXTENSIONS]


def make_photo_key(name: str) -> str:
    """Reduces an id or a file name to what identifies a photo.

    Args:
        name: such as "ISIC_0024306", "part_1/isic_0024306.JPG" or "ISIC_0024306_downsampled".

    Returns:
        The name without folders, the extension of a photo and "_downsampled", in one case and one
        Unicode form (NFKC; a Mac stores accents in another form than a spreadsheet writes).
    """
    stem = _remove_extension(PurePosixPath(_normalize_path(name)).name)
    folded = unicodedata.normalize("NFKC", _normalize(stem).casefold())
    return folded.removesuffix(REDUCED)


def clean_image_id(name: str) -> str:
    """Removes folders and the extension of a photo from an id."""
    return _remove_extension(PurePosixPath(_normalize_path(name)).name)


def _has_folders(path: Path, folders: tuple[str, ...]) -> bool:
    """Returns whether the last folders of a path are these, in any case."""
    last = path.parent.parts[len(path.parent.parts) - len(folders) :]
    return [_normalize(name).casefold() for name in last] == [name.casefold() for name in folders]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _remove_extension(name: str) -> str:
    path = PurePosixPath(name)
    return path.stem if path.suffix.lower() in PHOTO_EXTENSIONS else name


def _normalize(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


def _normalize_path(name: str) -> str:
    """Writes a path of any system with slashes."""
    return _normalize(name).replace("\\", "/").strip().rstrip("/")
