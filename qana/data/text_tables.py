"""Reads a text table of any delimiter and encoding that spreadsheets and archives write."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qana.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

DELIMITERS = ",;\t"
"""What may separate the cells of a line: comma, semicolon or tab."""
MAX_EXTRA_CELLS = 256
"""Largest number of empty cells that a line may have after the last column."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks and their encodings. That of UTF-32 begins like that of UTF-16."""
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""Signatures of .xlsx and .ods, and of .xls."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?[,;\t ]*', re.IGNORECASE)
"""The first line of some files, by which Excel finds the delimiter."""


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

    The delimiter is the one of comma, semicolon and tab that the first row has most often outside
    of quotes, or the one that a first line such as `sep=;` names. The encoding is UTF-8, UTF-16 or
    UTF-32 with a byte order mark, or UTF-8 without one. A file that is not UTF-8 is read as
    Windows-1252, in which Excel saves CSV files in western Europe.

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
    return parse_text_table(_read_bytes(path), path.name, has_header)


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
    lines, start, delimiter = _find_header(data, name)
    width = min(
        max(line.count(delimiter) for line in lines[start:]) + 1,
        lines[start].count(delimiter) + 1 + MAX_EXTRA_CELLS,
    )
    frame = _parse("\n".join(lines[start:]), delimiter, width, name)
    return _make_table(frame, start + 1, name, has_header)


def read_header(path: Path) -> tuple[str, ...]:
    """Reads the names of the columns of a table, to recognize what it lists.

    Args:
        path: the file, which need not exist.

    Returns:
        The names; none if the file is missing or no text table.
    """
    try:
        lines, start, delimiter = _find_header(_read_bytes(path), path.name)
        frame = _parse(lines[start], delimiter, lines[start].count(delimiter) + 1, path.name)
        return _make_table(frame, start + 1, path.name, has_header=True).header
    except (OSError, DataError):
        return ()


def _find_header(data: bytes, name: str) -> tuple[list[str], int, str]:
    """Finds the lines of a table, the number of its first row among them, and its delimiter."""
    text = _decode(data, name).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    named = _SEPARATOR_LINE.fullmatch(lines[0].strip(" "))
    start = 1 if named else 0
    while start < len(lines) and not lines[start].strip(f"{DELIMITERS} "):
        start += 1
    if start == len(lines):
        raise DataError(f"{name} is empty: give a table with a header and rows.")
    return lines, start, named[1] if named else _find_delimiter(lines[start])


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError:
        raise DataError(
            f"{path} cannot be opened: check that it is a file and that you may read it."
        ) from None


def _decode(data: bytes, name: str) -> str:
    if data.startswith(_WORKBOOKS):
        raise DataError(f"{name} is a workbook: save it as CSV in UTF-8.")
    marked = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = data.decode(encoding).lstrip("\ufeff")
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text
        break
    raise DataError(f"{name} is not a text table: save it as CSV in UTF-8.")


def _find_delimiter(line: str) -> str:
    bare = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=bare.count)


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
        raise DataError(
            f"Line {starts[too_long.idxmax()]} of {name} has more cells than the header: write "
            "decimals with a point and quote a text that has the delimiter in it."
        )
    header = tuple(str(cell) for cell in frame.iloc[0, :width]) if has_header else ("",) * width
    kept = filled.any(axis=1)
    kept.iloc[0] = kept.iloc[0] and not has_header
    return TextTable(
        name=name,
        header=header,
        frame=frame.loc[kept, : width - 1].reset_index(drop=True),
        lines=tuple(int(line) for line in starts[kept]),
    )
