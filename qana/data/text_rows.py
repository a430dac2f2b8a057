"""Reads a text table of any length row by row."""

import csv
from collections.abc import Iterator
from pathlib import Path

from qana.data.table_text import (
    check_kind,
    find_first_row,
    find_marked_encoding,
    make_length_error,
    make_open_error,
)
from qana.errors import DataError

_HEAD_BYTES = 2**20
"""Size of the beginning of a file in which the first row is searched."""


def read_text_rows(path: Path) -> Iterator[list[str]]:
    """Reads a table row by row, by the rules of `qana.data.text_tables`.

    Bytes that are not UTF-8 are kept as `os.fsdecode` keeps them, because they may be those of the
    name of a file.

    Args:
        path: the file.

    Yields:
        The cells of the header, without spaces around them, and then of each row.

    Raises:
        FileNotFoundError: there is no such file.
        DataError: the file cannot be opened, is not a text table, or has a row that is longer than
            the header. The message says what to do.
    """
    try:
        yield from _read_rows(path)
    except FileNotFoundError:
        raise
    except OSError:
        raise make_open_error(path) from None
    except UnicodeError:
        raise _make_text_error(path.name) from None
    except csv.Error:
        raise DataError(
            f"{path.name} cannot be read as a table: close every quote and save it as CSV in UTF-8."
        ) from None


def _read_rows(path: Path) -> Iterator[list[str]]:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    check_kind(head, path.name)
    encoding = find_marked_encoding(head) or "utf-8"
    text = head.decode(encoding, errors="ignore")
    if "\0" in text:
        raise _make_text_error(path.name)
    first = find_first_row(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), path.name)
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as lines:
        for _ in range(first.start):
            lines.readline()
        rows = csv.reader(lines, delimiter=first.delimiter, skipinitialspace=True, strict=True)
        header = [cell.strip() for cell in next(rows)]
        width = max((at for at, cell in enumerate(header) if cell), default=-1) + 1

        def read_row() -> list[str] | None:
            row = next(rows, None)
            if row is not None and any(cell.strip() for cell in row[width:]):
                line = first.start + rows.line_num
                raise make_length_error(path.name, first.start + 1, line, header)
            return row

        row = read_row()  # before the header, because that of a title is no header
        yield header
        while row is not None:
            yield row
            row = read_row()


def _make_text_error(name: str) -> DataError:
    return DataError(f"{name} is not a text table: save it as CSV in UTF-8.")
