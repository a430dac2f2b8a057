"""Finds the file of each row of a table of labels."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qana.data.csv_tables import quote_value
from qana.data.identical_files import check_equal
from qana.data.label_rows import LabelRow
from qana.data.photo_index import PhotoFolder, are_in_different_folders
from qana.errors import DataError


@dataclass(frozen=True)
class RowFile:
    """A row of the table and its file.

    Attributes:
        row: the row.
        path: the file; None if the row is of another class and its photo is not in the folder.
    """

    row: LabelRow
    path: Path | None


def find_row_files(
    rows: Iterable[LabelRow], folder: PhotoFolder, name: str, need_all: bool
) -> tuple[list[RowFile], list[LabelRow]]:
    """Finds the file of each row.

    Args:
        rows: the rows.
        folder: the photos.
        name: names of the tables, for the messages.
        need_all: whether no row of the seven classes may lack its photo. Without it, at least one
            row must have one.

    Returns:
        The rows with their files, and the rows of the seven classes that have none.

    Raises:
        DataError: a photo is missing; several files have the id of a row and differ; or the ids of
            two photos stand for one file. The message says which.
    """
    found, missing = [], []
    for row in rows:
        paths = folder.find(row.image_id)
        if len(paths) > 1 and row.label:
            check_equal(paths, folder.folder)
        if paths or not row.label:
            found.append(RowFile(row, paths[0] if paths else None))
        else:
            missing.append(row)
    if missing and (need_all or not found):
        raise DataError(_describe_missing(missing, len(found) + len(missing), folder, name))
    _check_folders(found, folder.folder)
    return found, missing


def _describe_missing(
    missing: Sequence[LabelRow], total: int, folder: PhotoFolder, name: str
) -> str:
    first = missing[0].image_id
    if not first:
        return (
            f"No photo of the lesion {quote_value(missing[0].lesion_id)} is listed beside {name}: "
            "give a table with the photos of all lesions, or remove the row of this lesion."
        )
    facts = (
        f"{len(missing)} of the {total} images in {name} are missing in {folder.folder}, the first "
        f"is {quote_value(first)}"
    )
    if folder.closed:
        return (
            f"{facts}, and the folder {folder.closed[0]} cannot be opened: check your permission "
            "to read it."
        )
    if elsewhere := folder.find_elsewhere(first):
        return (
            f"{facts}, and {quote_value(elsewhere)} is in another folder: give the folder that "
            "holds all of them, or correct the folders of the ids."
        )
    return f"{facts}: give the folder that holds all of them."


def _check_folders(found: Iterable[RowFile], folder: Path) -> None:
    """Checks that no file stands for two photos, which their ids put into different folders."""
    ids: dict[Path, dict[str, None]] = defaultdict(dict)
    for one in found:
        if one.path is not None and one.row.label:
            ids[one.path][one.row.image_id] = None
    for path, names in ids.items():
        first, *others = names
        for other in others:
            if are_in_different_folders(first, other):
                raise DataError(
                    f"{quote_value(first)} and {quote_value(other)} are two photos, and {folder} "
                    f"holds only {quote_value(path.relative_to(folder).as_posix())} for both: give "
                    "the folder that holds their folders."
                )
