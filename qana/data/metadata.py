"""Finds the pictures of a data set and reads the cells of its metadata."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from qana.data.csv_tables import is_missing, parse_number, quote_value, read_table
from qana.data.identical_files import check_equal
from qana.data.photo_files import clean_image_id, fold_name, make_photo_key
from qana.data.photo_index import PhotoFolder
from qana.data.text_tables import read_header
from qana.errors import DataError

JOINED_METADATA = "metadata.csv"
"""Table of a data set that has its diagnoses too, in place of several official tables."""
UNKNOWN = "unknown"
"""Value of a site or sex that is not recorded."""


def has_columns(path: Path, columns: Collection[str]) -> bool:
    """Returns whether a table exists and has all of the columns, in any case."""
    return {name.lower() for name in columns} <= {name.lower() for name in read_header(path)}


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
        diagnosis: diagnosis in the words of the metadata, in any case.
        labels: each diagnosis of the data set to its class, or to None if it is none of the seven.
        where: name of the photo, with which the message begins.

    Returns:
        One of `qana.classes.LABELS`, or None.

    Raises:
        DataError: the data set has no such diagnosis.
    """
    in_any_case = {name.casefold(): label for name, label in labels.items()}
    if diagnosis.casefold() not in in_any_case:
        raise DataError(
            f"{where} has the diagnosis {quote_value(diagnosis)}, which is not one of "
            f"{', '.join(labels)}: use the official metadata."
        )
    return in_any_case[diagnosis.casefold()]


def drop_repeated(
    rows: Sequence[dict[str, str]], image: str, diagnosis: str
) -> list[dict[str, str]]:
    """Drops the rows of photos that the metadata lists again.

    Args:
        rows: cells of each row by column.
        image: column of the ids of the photos.
        diagnosis: column of the diagnoses.

    Returns:
        The first row of each photo, in their order.

    Raises:
        DataError: a photo is listed with two diagnoses.
    """
    first: dict[str, dict[str, str]] = {}
    for row in rows:
        kept = first.setdefault(make_photo_key(row[image]), row)
        if kept[diagnosis].casefold() != row[diagnosis].casefold():
            raise DataError(
                f"{quote_value(row[image])} is listed with the diagnoses "
                f"{quote_value(kept[diagnosis])} and {quote_value(row[diagnosis])}: correct one of "
                "the rows."
            )
    return list(first.values())


def find_picture(pictures: PhotoFolder, image_id: str) -> Path | None:
    """Finds the file of a photo.

    Args:
        pictures: the photos of the data set.
        image_id: identifier of the photo, see `qana.data.photo_files.make_photo_key`.

    Returns:
        The file; None if there is none.

    Raises:
        DataError: several files have this id and differ.
    """
    found = pictures.find(image_id)
    if len(found) > 1:
        check_equal(found, pictures.folder)
    return found[0] if found else None


def get_picture(pictures: PhotoFolder, image_id: str) -> Path:
    """Gets the file of a photo; arguments as in `find_picture`.

    Raises:
        DataError: there is no such file, or several differ.
    """
    found = find_picture(pictures, image_id)
    if found is None:
        raise DataError(
            f"The picture of {quote_value(image_id)} is missing in {pictures.folder.name}: unpack "
            "all of its image folders there."
        )
    return found


def get_image_id(cell: str, path: Path) -> str:
    """Gets the identifier of a photo as the data set writes it.

    Args:
        cell: the identifier in the table, which may have a folder, an extension or another case.
        path: file of the photo.
    """
    is_equal = fold_name(path.stem) == make_photo_key(cell)
    return path.stem if is_equal and "_downsampled" not in path.stem else clean_image_id(cell)


def get_lesion_id(cell: str, image_id: str) -> str:
    """Gets the identifier of a lesion; that of the photo if there is none."""
    return image_id if is_missing(cell) else cell


def parse_optional(text: str | None, where: str) -> float | None:
    """Converts a cell that may be empty to a number.

    Args:
        text: content of the cell; None if the column is missing.
        where: name of the cell, with which the message begins.

    Returns:
        The number; None if the cell is empty or holds a word for that, such as "NA".

    Raises:
        DataError: the cell holds anything else.
    """
    if text is None or is_missing(text) or text.casefold() == UNKNOWN:
        return None
    return parse_number(text, where)


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
    """Returns the content of a cell in lower case, or "unknown" if it holds no value."""
    return UNKNOWN if text is None or is_missing(text) else text.lower()
