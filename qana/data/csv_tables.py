"""Reads the tables of data sets, with clear errors for anything that is wrong."""

import math
import re
from collections.abc import Sequence
from pathlib import Path

from qana.data.text_tables import read_text_table
from qana.errors import DataError

MAX_QUOTED = 60
"""Largest number of characters of a quoted value."""

_DECIMAL_COMMA = re.compile(r"^\s*([+-]?\d+),(\d+)\s*$")
_MISSING = frozenset(
    (
        *("", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "nil", "-", "--", ".", "?"),
        *("missing", "not available", "not applicable", "not recorded"),
    )
)
"""Cells that programs and people write where they have no value, in lower case."""


def read_table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Reads all rows of a table, such as the CSV file of a data set.

    Args:
        path: text table with the names of the columns in its first line; see
            `qana.data.text_tables.read_text_table` for delimiters and encodings.
        columns: columns that the file must have, in any case. It may have others.

    Returns:
        One dict for each row, at least one, with the names of `columns` as they are given. The
        missing cells of a short row are empty.

    Raises:
        DataError: the file cannot be opened, is no such table, lacks a column or has no row.
    """
    try:
        table = read_text_table(path)
    except FileNotFoundError:
        raise DataError(f"There is no file {path}: use the official file.") from None
    given = {name.lower(): name for name in columns}
    header = [name if name in columns else given.get(name.lower(), name) for name in table.header]
    for name in columns:
        if name not in header:
            raise DataError(f"{path.name} lacks the column {name}: use the official file.")
    if table.frame.empty:
        raise DataError(f"{path.name} lists no picture: use the official file.")
    rows = table.frame.itertuples(index=False, name=None)
    return [dict(zip(header, row, strict=True)) for row in rows]


def parse_number(text: str, where: str) -> float:
    """Converts a cell to a finite number.

    Args:
        text: content of the cell. A comma may stand for the decimal point.
        where: name of the cell, with which the message begins.

    Returns:
        The number.

    Raises:
        DataError: the cell holds no finite number.
    """
    try:
        value = float(_DECIMAL_COMMA.sub(r"\1.\2", text))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{where} is {quote_value(text)}, not a number: use the official file.")
    return value


def quote_value(text: str) -> str:
    """Quotes a value from a file for a message, on one line.

    Args:
        text: the value, which may be of any length.

    Returns:
        The value as a Python literal, cut after 60 characters.
    """
    return repr(text if len(text) <= MAX_QUOTED else f"{text[:MAX_QUOTED]}…")


def is_missing(text: str) -> bool:
    """Returns whether a cell stands for no value, such as "", "NA" or "NaN"."""
    return text.strip().casefold() in _MISSING
