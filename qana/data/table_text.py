"""Decodes the text of a table and finds its first row and its delimiter."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile, islice
from pathlib import Path

from qana.errors import DataError

DELIMITERS = ",;\t"
"""What may separate the cells of a line: comma, semicolon or tab."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks and their encodings. That of UTF-32 begins like that of UTF-16."""
_OTHER_KINDS = (
    (b"PK\x03\x04", "a workbook: save it as CSV in UTF-8"),  # .xlsx and .ods
    (b"\xd0\xcf\x11\xe0", "a workbook: save it as CSV in UTF-8"),  # .xls
    (b"PAR1", "a Parquet file: save it as CSV in UTF-8"),
    (b"\x1f\x8b", "compressed: unpack it"),
    (b"%pdf", "a PDF file: save the table as CSV in UTF-8"),
    (b"version https://git-lfs", "a pointer of Git LFS: get the file itself with `git lfs pull`"),
    (b"<!doctype html", "a web page and no table: download the file again"),
    (b"<html", "a web page and no table: download the file again"),
    (b"<?xml", "an XML file: save it as CSV in UTF-8"),
    (b"{", "a JSON file: save it as CSV in UTF-8"),
    (b"[", "a JSON file: save it as CSV in UTF-8"),
)
"""How files of other kinds begin, in lower case where that may vary, and what to do with each."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?[,;\t ]*', re.IGNORECASE)
"""The first line of some files, by which Excel finds the delimiter."""
_COMMENT = re.compile(r'"?#[^,;\t]')
_LINES_COMPARED = 5
"""Number of lines after the first row that must agree about the delimiter that it lacks."""


@dataclass(frozen=True)
class FirstRow:
    """Where a table begins.

    Attributes:
        start: number of lines before the first row.
        delimiter: one of `DELIMITERS`.
    """

    start: int
    delimiter: str


def read_bytes(path: Path) -> bytes:
    """Reads a whole file.

    Raises:
        FileNotFoundError: there is no such file.
        DataError: it cannot be opened.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError:
        raise make_open_error(path) from None


def make_open_error(path: Path) -> DataError:
    """Makes the error of a file that is there and cannot be opened."""
    return DataError(f"{path} cannot be opened: check that it is a file and that you may read it.")


def check_kind(data: bytes, name: str) -> None:
    """Checks that a file is of no other kind, such as a workbook or a web page.

    Args:
        data: its beginning.
        name: its name.

    Raises:
        DataError: it is of another kind. The message names it and says what to do.
    """
    text = data.removeprefix(codecs.BOM_UTF8).lstrip()[:64]
    for start, what in _OTHER_KINDS:
        if text.startswith(start) or text.lower().startswith(start):
            raise DataError(f"{name} is {what}.")


def find_marked_encoding(data: bytes) -> str | None:
    """Returns the encoding that a byte order mark names; None without one."""
    return next((encoding for bom, encoding in _BOMS if data.startswith(bom)), None)


def decode_text(data: bytes, name: str) -> str:
    """Decodes the text of a table.

    Args:
        data: content of the file: UTF-8, UTF-16 or UTF-32 with a byte order mark, UTF-8 without
            one, or Windows-1252, in which Excel saves CSV files in western Europe.
        name: name of the file.

    Returns:
        The text, with line feeds only.

    Raises:
        DataError: it is no text, or of another kind.
    """
    check_kind(data, name)
    marked = find_marked_encoding(data)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = data.decode(encoding).lstrip("\ufeff")
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
        break
    raise DataError(f"{name} is not a text table: save it as CSV in UTF-8.")


def find_first_row(lines: Sequence[str], name: str) -> FirstRow:
    """Finds the first row of a table, below empty lines, comments and `sep=;`.

    Args:
        lines: the lines of the file, or the first ones.
        name: name of the file.

    Returns:
        Where it is. The delimiter is the one that `sep=;` names, or the one that the row has most
        often outside of quotes. A row without any takes that of the lines below it.

    Raises:
        DataError: there is no row.
    """
    named = _SEPARATOR_LINE.fullmatch(lines[0].strip(" "))
    filled = [at for at in range(bool(named), len(lines)) if not _is_blank(lines[at])]
    if not filled:
        raise DataError(f"{name} is empty: give a table with a header and rows.")
    rows = [at for at in filled if not _COMMENT.match(lines[at])] or filled
    start, *below = rows
    delimiter = named[1] if named else _find_delimiter(lines[start], [lines[at] for at in below])
    above = [at for at in filled if at < start]
    if above and _is_header(lines[above[-1]], lines[start], delimiter):
        start = above[-1]
    return FirstRow(start, delimiter)


def make_length_error(name: str, first: int, line: int, header: Sequence[str]) -> DataError:
    """Makes the error for a row that has more cells than the header.

    Args:
        name: name of the file.
        first: number of the line with the header.
        line: number of the line with the row.
        header: names of the columns.
    """
    if sum(bool(cell) for cell in header) == 1:
        return DataError(
            f"Line {first} of {name} is no header, because it has one cell and line {line} has "
            "more: delete the lines above the header, or quote a text that has the delimiter in it."
        )
    return DataError(
        f"Line {line} of {name} has more cells than the header: write decimals with a point and "
        "quote a text that has the delimiter in it."
    )


def _is_header(comment: str, row: str, delimiter: str) -> bool:
    """Returns whether a line that begins with # names the columns: in one word for each cell."""
    cells = comment.split(delimiter)
    words = all(len(cell.strip('#" ').split()) == 1 for cell in cells)
    return words and len(cells) > 1 and _count(comment, delimiter) == _count(row, delimiter)


def _find_delimiter(first: str, below: Sequence[str]) -> str:
    best = max(DELIMITERS, key=lambda one: _count(first, one))
    if not _count(first, best):
        # Titles of several lines have no delimiter. A name of a file may have one now and then.
        rows = dropwhile(lambda line: not any(one in line for one in DELIMITERS), below)
        compared = list(islice(rows, _LINES_COMPARED))
        for one in DELIMITERS:
            counts = {_count(line, one) for line in compared}
            if len(compared) > 1 and len(counts) == 1 and 0 not in counts:
                return one
    return best


def _count(line: str, delimiter: str) -> int:
    """Counts a delimiter outside of quotes."""
    return re.sub(r'"[^"]*"', "", line).count(delimiter)


def _is_blank(line: str) -> bool:
    return not line.strip(f"{DELIMITERS} ")
