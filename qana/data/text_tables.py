"""Reads a text table of any delimiter and encoding that spreadsheets and archives write."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qana.data.table_text import decode_text, find_first_row, make_length_error, read_bytes
from qana.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

MAX_EXTRA_CELLS = 256
"""Largest number of empty cells that a line may have after the last column."""


@dataclass(frozen=True)
class TextTable:
    """A table whose cells are all text.

    Attributes:
        name: name of the file.
        header: name of each column, without spaces around it.
        frame: the rows without those that are empty. Its columns are numbered from 0 as in
            `header`, because names may be repeated. Every cell is a string without spaces around
            it; a cell that is missing is empty.
        lines: number of the line in which each row begins, from 1.
    """

    name: str
    header: tuple[str, ...]
    frame: pd.DataFrame
    lines: tuple[int, ...]


def read_text_table(path: Path, has_header: bool = True) -> TextTable:
    """Reads a table.

    See `qana.data.table_text` for encodings and delimiters. Empty lines above the first row and
    lines of comments, which begin with #, are skipped.

    Args:
        path: the file.
        has_header: whether the first row has the names of the columns. Without it, they are empty.

    Returns:
        The table, which may have no row after the header.

    Raises:
        FileNotFoundError: there is no such file.
        DataError: the file cannot be opened, is not a text table, or has a row that is longer than
            the header. The message says what to do.
    """
    return parse_text_table(read_bytes(path), path.name, has_header)


def parse_text_table(data: bytes, name: str, has_header: bool = True) -> TextTable:
    """Reads a table whose file is in memory.

    Args:
        data: content of the file.
        name: name of the file.
        has_header: as in `read_text_table`.

    Returns:
        As `read_text_table`.

    Raises:
        DataError: as in `read_text_table`.
    """
    lines = decode_text(data, name).split("\n")
    first = find_first_row(lines, name)
    rows = lines[first.start :]
    width = min(
        max(line.count(first.delimiter) for line in rows) + 1,
        rows[0].count(first.delimiter) + 1 + MAX_EXTRA_CELLS,
    )
    frame = _parse("\n".join(rows), first.delimiter, width, name)
    return _make_table(frame, first.start + 1, name, has_header)


def read_header(path: Path) -> tuple[str, ...]:
    """Reads the names of the columns of a table, to recognize what it lists.

    Args:
        path: the file, which need not exist.

    Returns:
        The names; none if the file is missing or no text table.
    """
    try:
        lines = decode_text(read_bytes(path), path.name).split("\n")
        first = find_first_row(lines, path.name)
        line = lines[first.start]
        frame = _parse(line, first.delimiter, line.count(first.delimiter) + 1, path.name)
        return _make_table(frame, first.start + 1, path.name, has_header=True).header
    except (OSError, DataError):
        return ()


def _parse(text: str, delimiter: str, width: int, name: str) -> pd.DataFrame:
    import pandas as pd

    try:
        # The Python engine is strict about quotes: an unclosed one would hide the rows after it.
        frame = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            header=None,
            names=list(range(width)),
            dtype=str,
            na_filter=False,
            engine="python",
            skip_blank_lines=False,
            skipinitialspace=True,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        if "saw" in str(error):
            raise _make_length_error(name) from None
        raise DataError(
            f"{name} cannot be read as a table: close every quote and save it as CSV in UTF-8."
        ) from None
    if not isinstance(frame.index, pd.RangeIndex):
        # Pandas takes the first cells for the names of the rows where all rows are too long.
        raise _make_length_error(name)
    return frame.fillna("").apply(lambda column: column.astype(str).str.strip())


def _make_length_error(name: str) -> DataError:
    return DataError(
        f"{name} has a row that is longer than the header: write decimals with a point and quote a "
        "text that has the delimiter in it."
    )


def _make_table(frame: pd.DataFrame, first_line: int, name: str, has_header: bool) -> TextTable:
    filled = frame != ""
    header_cells = filled.any() if not has_header else filled.iloc[0]
    if not header_cells.any():
        raise DataError(f"{name} is empty: give a table with a header and rows.")
    width = int(header_cells.to_numpy().nonzero()[0].max()) + 1
    breaks = frame.apply(lambda column: column.str.count("\n")).sum(axis=1)
    starts = first_line + frame.index + (breaks.cumsum() - breaks).astype(int)
    too_long = filled.iloc[:, width:].any(axis=1)
    if too_long.any():
        line = starts[too_long.idxmax()]
        cells = [str(cell) for cell in frame.iloc[0]] if has_header else []
        raise make_length_error(name, first_line, line, cells)
    header = tuple(str(cell) for cell in frame.iloc[0, :width]) if has_header else ("",) * width
    kept = filled.any(axis=1)
    kept.iloc[0] = kept.iloc[0] and not has_header
    return TextTable(
        name=name,
        header=header,
        frame=frame.loc[kept, : width - 1].reset_index(drop=True),
        lines=tuple(int(line) for line in starts[kept]),
    )
