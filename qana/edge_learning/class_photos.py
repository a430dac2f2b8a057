"""Lists the photos that teach and test a head, before it learns any of them."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qana.data.identical_files import map_identical_files
from qana.edge_learning.class_folders import ClassFolder, read_class_folders
from qana.edge_learning.class_names import find_class, make_class_name
from qana.edge_learning.head import Head, HeadError, add_class
from qana.errors import UserError
from qana.imaging import ImageError, read_image

OnRemark = Callable[[str], None]
"""Takes one sentence on a folder or a file."""


@dataclass(frozen=True)
class ClassPhoto:
    """A file and the class that its folder stands for.

    Attributes:
        path: the file.
        name: the class, as a head names it.
    """

    path: Path
    name: str


def list_lessons(head: Head, folder: Path, on_remark: OnRemark) -> list[ClassPhoto]:
    """Lists the photos to learn, and checks the name of each folder.

    Args:
        head: the head that learns. It does not change.
        folder: holds one folder per class.
        on_remark: is called for what is not used, and for each folder with another name than its
            class.

    Returns:
        The photos, in the order of their paths. Equal files are one photo.

    Raises:
        UserError: the folders cannot be used, or the head cannot have one of the classes.
    """
    lessons = []
    for one in _read_folders(folder, head.classes, on_remark):
        name = find_class(head.classes, one.path.name)
        if name is None:
            name = make_class_name(one.path.name)
            try:
                head = add_class(head, name)
            except HeadError as error:
                raise UserError(
                    f"The folder {one.path.name!r} in {folder} cannot be learned: {error}"
                ) from None
        if name != unicodedata.normalize("NFC", one.path.name.strip()):
            on_remark(f"The photos in {one.path} teach the class {name!r}.")
        lessons += [ClassPhoto(path, name) for path in one.files]
    return _drop_copies(lessons, on_remark)


def list_test_photos(classes: Sequence[str], folder: Path, on_remark: OnRemark) -> list[ClassPhoto]:
    """Lists the photos to recognize.

    Args:
        classes: the classes that the head has, or will have when it has learned.
        folder: holds one folder per class.
        on_remark: is called for what is not used.

    Raises:
        UserError: the folders cannot be used, or one of them stands for none of the classes.
    """
    photos = []
    for one in _read_folders(folder, classes, on_remark):
        name = find_class(classes, one.path.name)
        if name is None:
            raise UserError(
                f"The folder {one.path.name!r} in {folder} cannot be tested, because the head has "
                f"no class {one.path.name.strip()!r}: teach it with --images first."
            )
        photos += [ClassPhoto(path, name) for path in one.files]
    return photos


def _read_folders(
    folder: Path, classes: Sequence[str], on_remark: OnRemark
) -> tuple[ClassFolder, ...]:
    found = read_class_folders(folder, classes)
    for remark in found.remarks:
        on_remark(remark)
    return found.folders


def _drop_copies(lessons: Sequence[ClassPhoto], on_remark: OnRemark) -> list[ClassPhoto]:
    """Keeps one of each group of equal photos, and none of a group with two classes."""
    same = map_identical_files(lesson.path for lesson in lessons)
    groups: dict[Path, list[ClassPhoto]] = defaultdict(list)
    for lesson in lessons:
        groups[same[lesson.path]].append(lesson)
    kept = []
    for first, *copies in groups.values():
        if copies and not _is_photo(first.path):
            kept += [first, *copies]  # each is named as unreadable when it is read
            continue
        other = next((one for one in copies if one.name != first.name), None)
        if other:
            on_remark(
                f"{first.path} and {other.path} are one photo in folders of two classes, so it is "
                "not learned: remove it from one of them."
            )
            continue
        kept.append(first)
        for copy in copies:
            on_remark(f"{copy.path} is a copy of {first.path}, so it is learned once.")
    return kept


def _is_photo(path: Path) -> bool:
    try:
        read_image(path)
    except ImageError:
        return False
    return True
