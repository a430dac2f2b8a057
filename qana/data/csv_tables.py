"""CSVs that a data set comes with: read whole, or refused in one sentence."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path

from qana.errors import DataError

SHOWN = 60
"""Most characters of a value from outside in a message."""


def read_table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Every row of a CSV.

    Args:
        path: UTF-8, its first line the names of the columns.
        columns: that it must have; others may be there too.

    Returns:
        A dict for each row, at least one; a cell that a short row lacks is empty.

    Raises:
        DataError: it cannot be opened, is no such CSV, lacks a column or has no row.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restval="")
            names = reader.fieldnames or ()
            rows = list(reader)
    except OSError:
        raise DataError(
            f"{path.name} cannot be opened: give a file that you have the right to read."
        ) from None
    except (UnicodeDecodeError, csv.Error):
        raise DataError(
            f"{path.name} cannot be read as CSV in UTF-8: take the official file."
        ) from None
    for name in columns:
        if name not in names:
            raise DataError(f"{path.name} lacks the column {name}: take the official file.")
    if not rows:
        raise DataError(f"{path.name} lists no picture: take the official file.")
    return rows


def number(text: str, where: str) -> float:
    """A finite number in a cell.

    Args:
        text: the cell.
        where: whose cell, for the message.

    Raises:
        DataError: it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{where} has {shown(text)} for a number: take the official metadata.")
    return value


def shown(text: str) -> str:
    """A value from outside, fit for a message: on one line and not endless."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
