"""Finds the photos in one folder per class."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qana.data.photo_files import PHOTO_EXTENSIONS
from qana.edge_learning.class_names import find_class
from qana.errors import UserError

SYSTEM_FILES = ("__macosx", "thumbs.db", "desktop.ini")
"""Names of folders and files that systems add by themselves, in lower case."""


@dataclass(frozen=True)
class ClassFolder:
    """The folder of one class.

    Attributes:
        path: the folder. Its name stands for the class, see `qana.edge_learning.class_names`.
        files: the files in it and in its subfolders of any depth, in the order of their paths.
            Hidden ones are left out, and so are those of `SYSTEM_FILES`.
    """

    path: Path
    files: tuple[Path, ...]


@dataclass(frozen=True)
class ClassFolders:
    """All folders of classes.

    Attributes:
        folders: the folders that hold a file, in the order of their names.
        remarks: one sentence for each thing that holds a photo or might and is not used.
    """

    folders: tuple[ClassFolder, ...]
    remarks: tuple[str, ...]


def read_class_folders(folder: Path, classes: Sequence[str] = ()) -> ClassFolders:
    """Lists the photos in one folder per class; their content is not read.

    Args:
        folder: the folder that holds the folders of the classes.
        classes: other class names that a subfolder may not have, such as those of a head.

    Raises:
        UserError: a folder cannot be opened; there is no folder of a class, or no file in them; or
            the folder of a class holds a subfolder with the name of another class.
    """
    entries = _list_visible(folder)
    paths = [path for path in entries if path.is_dir()]
    if not paths:
        raise UserError(
            f"{folder} holds no folder: make one for each class, with the name of the class."
        )
    names = (*classes, *(path.name for path in paths))
    found = [ClassFolder(path, tuple(_walk(path, path, names, set()))) for path in paths]
    if not any(one.files for one in found):
        raise UserError(f"The folders in {folder} hold no photo: put photos into each of them.")
    remarks = [f"The folder {one.path} holds no photo." for one in found if not one.files]
    loose = [path for path in entries if path.suffix.lower() in PHOTO_EXTENSIONS]
    remarks += [
        f"{path} lies in no folder of a class, so it is left out: move it into one."
        for path in loose
        if path.is_file()
    ]
    return ClassFolders(tuple(one for one in found if one.files), tuple(remarks))


def _walk(top: Path, folder: Path, names: Sequence[str], seen: set[Path]) -> list[Path]:
    """Lists the files below a folder. Links are followed, each folder once."""
    real = folder.resolve()
    if real in seen:
        return []
    seen.add(real)
    files: list[Path] = []
    for path in _list_visible(folder):
        if path.is_dir():
            _check_subfolder(top, path, names)
            files += _walk(top, path, names, seen)
        else:
            files.append(path)
    return files


def _check_subfolder(top: Path, path: Path, names: Sequence[str]) -> None:
    other = find_class(names, path.name)
    if other is None or find_class([other], top.name):
        return
    raise UserError(
        f"The folder {path} has the name of the class {other!r} and lies in the folder of another "
        "class: give the folder that holds the folders of the classes, or rename it."
    )


def _list_visible(folder: Path) -> list[Path]:
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        raise UserError(
            f"There is no folder {folder} that can be opened: check its name and your permission "
            "to read it."
        ) from None
    return [
        folder / name
        for name in names
        if not name.startswith(".") and name.lower() not in SYSTEM_FILES
    ]
