"""Finds the pictures of a data set and reads the cells of its metadata."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from qana.data.csv_tables import parse_number, quote_value, read_table
from qana.data.photo_files import PHOTO_EXTENSIONS
from qana.data.text_tables import read_header
from qana.errors import DataError

JOINED_METADATA = "metadata.csv"
"""Table of a data set that has its diagnoses too, in place of several official tables."""
UNKNOWN = "unknown"
"""Value of a site or sex that is not recorded."""


def has_columns(path: Path, columns: Collection[str]) -> bool:
    """Returns whether a table exists and has all of the columns."""
    return set(columns) <= set(read_header(path))


def read_rows(
    root: Path,
    official: str,
    join_tables: Callable[[Path], list[dict[str, str]]],
    columns: Sequence[str],
    title: str,
) -> list[dict[str, str]]:
    """Reads the metadata of a data set from its official tables or from one joined table.

    Args:
        root: folder of the data set.
        official: name of the official table that tells the two forms apart.
        join_tables: reads the official tables in `root` to rows with `columns`.
        columns: columns of the joined table, `JOINED_METADATA`.
        title: name of the data set, for the message.

    Returns:
        The cells of each row by column.

    Raises:
        DataError: neither form is there, or a table is damaged.
    """
    if (root / official).is_file():
        return join_tables(root)
    if (root / JOINED_METADATA).is_file():
        return read_table(root / JOINED_METADATA, columns)
    raise DataError(f"{official} is missing in {root.name}: give the folder that holds {title}.")


def read_one_hot(row: dict[str, str], classes: Sequence[str], where: str) -> str:
    """Reads the diagnosis of a row with one column for each class.

    Args:
        row: cells of the row. One of its classes is 1 and all others are 0.
        classes: columns of the classes.
        where: name of the row, with which the message begins.

    Returns:
        The class that is 1.

    Raises:
        DataError: not exactly one class is 1.
    """
    found = [name for name in classes if parse_number(row[name], f"{name} of {where}") == 1]
    if len(found) != 1:
        raise DataError(f"{where} has {len(found)} diagnoses, not one: use the official file.")
    return found[0]


def get_label(diagnosis: str, labels: Mapping[str, str | None], where: str) -> str | None:
    """Gets the class of a diagnosis.

    Args:
        diagnosis: diagnosis in the words of the metadata.
        labels: each diagnosis of the data set to its class, or to None if it is none of the seven.
        where: name of the photo, with which the message begins.

    Returns:
        One of `qana.classes.LABELS`, or None.

    Raises:
        DataError: the data set has no such diagnosis.
    """
    if diagnosis not in labels:
        raise DataError(
            f"{where} has the diagnosis {quote_value(diagnosis)}, which is not one of "
            f"{', '.join(labels)}: use the official metadata."
        )
    return labels[diagnosis]


def find_pictures(root: Path) -> dict[str, Path]:
    """Finds all pictures of a folder and its subfolders.

    Args:
        root: folder of the data set.

    Returns:
        Name without its ending to the file.
    """
    return {
        path.stem: path
        for path in sorted(root.rglob("*"))
        if path.suffix.lower() in PHOTO_EXTENSIONS
    }


def get_picture(pictures: dict[str, Path], image_id: str, root: Path) -> Path:
    """Gets the file of a photo.

    Args:
        pictures: what `find_pictures` found.
        image_id: identifier of the photo.
        root: folder of the data set, which the message names.

    Returns:
        The file.

    Raises:
        DataError: there is no such file.
    """
    if image_id not in pictures:
        raise DataError(
            f"The picture of {quote_value(image_id)} is missing in {root.name}: unpack all of "
            "its image folders there."
        )
    return pictures[image_id]


def parse_optional(text: str | None, where: str) -> float | None:
    """Converts a cell that may be empty to a number.

    Args:
        text: content of the cell; None if the column is missing.
        where: name of the cell, with which the message begins.

    Returns:
        The number; None if the cell is empty.

    Raises:
        DataError: the cell holds anything else.
    """
    return parse_number(text, where) if text else None


def parse_class(text: str | None, where: str, first: int, last: int) -> int | None:
    """Converts a cell that holds the number of a class, such as a skin type, or nothing.

    Args:
        text: content of the cell; None if the column is missing.
        where: name of the cell, with which the message begins.
        first: smallest class.
        last: largest class.

    Returns:
        The class; None if the cell is empty.

    Raises:
        DataError: the cell holds anything else.
    """
    value = parse_optional(text, where)
    if value is None:
        return None
    if not first <= value <= last or value != int(value):
        raise DataError(
            f"{where} is {quote_value(text or '')}, not a whole number from {first} to {last}: "
            "use the official file."
        )
    return int(value)


def name_or_unknown(text: str | None) -> str:
    """Returns the content of a cell in lower case, or "unknown" if it is empty."""
    return (text or UNKNOWN).lower()
