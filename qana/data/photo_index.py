"""Finds photos in a folder by the ids that tables give them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from qana.data.photo_files import (
    PHOTO_EXTENSIONS,
    UNREAD_EXTENSIONS,
    find_files,
    fold_name,
    make_photo_key,
    normalize_path,
)

_ARCHIVE_ID = re.compile(r"isic_\d{7}|bcn_\d{10}|pat_\d+_\d+_\d+|[0-9a-f]{32}")
"""Ids that an archive gives to one photo only, as `make_photo_key` writes them: those of the ISIC
archive, BCN20000 and PAD-UFES-20, and MD5 sums as in Fitzpatrick17k. They identify a photo in any
folder."""


class PhotoIndex:
    """Photos that are found by their ids.

    A file without an extension counts where no photo has its id, and a picture that QANA does not
    read where no other file has it. Files of other kinds are left out.
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
        self._unread: dict[str, list[Path]] = defaultdict(list)
        for path in paths:
            kind = path.suffix.lower()
            if kind in PHOTO_EXTENSIONS:
                self._photos[make_photo_key(path.name)].append(path)
            elif not kind:
                self._bare[make_photo_key(path.name)].append(path)
            elif kind in UNREAD_EXTENSIONS:
                self._unread[fold_name(path.stem)].append(path)
                self._unread[fold_name(path.name)].append(path)

    def __contains__(self, image_id: object) -> bool:
        """Returns whether a photo of any folder has the name of this id."""
        return bool(self._find_named(str(image_id)))

    def find(self, image_id: str) -> list[Path]:
        """Finds the photos that an id may stand for.

        Args:
            image_id: the id as in a table, see `make_photo_key`. If it has a folder, a photo in
                another subfolder is another photo, except for the ids of archives. If several
                photos have the id, its own folder, extension and case decide where they can.

        Returns:
            The photos in the order of their paths; more than one if the id does not say which.
        """
        given = PurePosixPath(normalize_path(image_id))
        found = self._find_named(image_id)
        paths = [path for path in found if self._fits(path, given)]
        if not paths and _ARCHIVE_ID.fullmatch(make_photo_key(image_id)):
            paths = found
        if len(paths) < 2:
            return paths
        folders = _fold_folders(given)
        stem = PurePosixPath(given.name).stem if given.suffix else given.name
        tests: tuple[Callable[[Path], bool], ...] = (
            lambda path: self._get_relative(path) == str(given),
            lambda path: _ends_with(_fold_folders(PurePosixPath(path)), folders),
            lambda path: given.name != str(given) and path.parent == self.folder / given.parent,
            lambda path: path.suffix.lower() == given.suffix.lower(),
            lambda path: normalize_path(path.stem) in (given.name, stem),
        )
        for test in tests:
            paths = [path for path in paths if test(path)] or paths
        return paths

    def find_elsewhere(self, image_id: str) -> str:
        """Finds a photo that has the name of an id but lies in another folder than the id says.

        Args:
            image_id: an id for which `find` finds nothing.

        Returns:
            The path below the folder, with slashes; empty if there is none.
        """
        found = self._find_named(image_id)
        return self._get_relative(found[0]) if found else ""

    def _find_named(self, image_id: str) -> list[Path]:
        """Finds the photos with the name of an id, in any folder."""
        name = fold_name(PurePosixPath(normalize_path(image_id)).name)
        keys = dict.fromkeys((make_photo_key(image_id), name))  # "a.jpg" may be named a.jpg.jpg
        for photos in (self._photos, self._bare, self._unread):
            for key in keys:
                if key in photos:
                    return photos[key]
        return []

    def _fits(self, path: Path, given: PurePosixPath) -> bool:
        """Returns whether a photo may lie in the folder of an id.

        It does if one of the two is the end of the other. Photos that lie directly in the folder
        were taken out of theirs, so they may have had any.
        """
        folders = _fold_folders(given)
        here = _fold_folders(PurePosixPath(self._get_relative(path)))
        whole = (*_fold_folders(PurePosixPath(self.folder.absolute() / "x")), *here)
        return _ends_with(folders, here) or _ends_with(whole, folders)

    def _get_relative(self, path: Path) -> str:
        below = path.relative_to(self.folder) if path.is_relative_to(self.folder) else path
        return normalize_path(below.as_posix())


class PhotoFolder(PhotoIndex):
    """The photos in a folder and in its subfolders of any depth, without hidden ones.

    Attributes:
        closed: subfolders that cannot be opened.
    """

    def __init__(self, folder: Path) -> None:
        """Lists the photos.

        Args:
            folder: the folder.

        Raises:
            DataError: the folder is missing or cannot be opened.
        """
        found = find_files(folder)
        super().__init__(folder, sorted((*found.files, *found.dead_links)))
        self.closed = found.closed


def are_in_different_folders(first: str, second: str) -> bool:
    """Returns whether two ids of one name put their photos into different folders.

    Args:
        first: an id as in a table.
        second: another one.

    Returns:
        True if both have folders, neither is the end of the other, and the ids are not those of an
        archive, which identify a photo in any folder.
    """
    one, other = (_fold_folders(PurePosixPath(normalize_path(name))) for name in (first, second))
    if _ARCHIVE_ID.fullmatch(make_photo_key(first)):
        return False
    return not _ends_with(one, other) and not _ends_with(other, one)


def _fold_folders(path: PurePosixPath) -> tuple[str, ...]:
    """Returns the names of the folders of a path in one form, without those that are no names."""
    parts = normalize_path(path.parent.as_posix()).casefold().split("/")
    return tuple(part for part in parts if part not in ("", ".", "..") and part[1:] != ":")


def _ends_with(folders: tuple[str, ...], end: tuple[str, ...]) -> bool:
    return folders[len(folders) - len(end) :] == end if len(end) <= len(folders) else False
