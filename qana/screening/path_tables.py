"""Reads the paths of photos from a table, row by row."""

import csv
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from qana.errors import DataError

TABLE_EXTENSIONS = (".csv", ".tsv", ".tab", ".parquet")
PATH_COLUMNS = ("path", "file", "filename", "file_name", "filepath", "file_path", "image_path")
"""Names of the column of paths, in any case. The first of them that a table has counts."""
_DELIMITERS = ",;\t"
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?[,;\t ]*', re.IGNORECASE)
"""The first line of some files, by which Excel finds the delimiter."""
_ROWS_AT_ONCE = 10_000


def read_paths(table: str) -> Iterator[str]:
    """Reads the paths that a table lists, without those of empty cells.

    A relative path counts from the working folder, or, if nothing is there, from the folder of the
    table.

    Args:
        table: path of a CSV in UTF-8 (comma, semicolon or tab) or of a Parquet file, with one of
            `PATH_COLUMNS`.

    Yields:
        The paths in the order of the rows.

    Raises:
        DataError: the table cannot be read or has no such column.
    """
    parquet = Path(table).suffix.lower() == ".parquet"
    folder = Path(table).parent
    for path in _read_parquet(table) if parquet else _read_csv(table):
        found = path.strip()
        if not found:
            continue
        elsewhere = str(folder / found)
        yield elsewhere if not os.path.lexists(found) and os.path.lexists(elsewhere) else found


def _read_csv(table: str) -> Iterator[str]:
    try:
        with Path(table).open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            first = file.readline()
            if named := _SEPARATOR_LINE.fullmatch(first.strip("\r\n ")):
                first = file.readline()
            delimiter = named[1] if named else max(_DELIMITERS, key=first.count)
            header = next(csv.reader([first], delimiter=delimiter), [])
            at = _find_column(header, table)
            for row in csv.reader(file, delimiter=delimiter):
                yield row[at] if at < len(row) else ""
    except OSError:
        raise _make_error(table) from None
    except (csv.Error, UnicodeError):
        raise DataError(f"{table} cannot be read as a table: save it as CSV in UTF-8.") from None


def _read_parquet(table: str) -> Iterator[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(table) as file:
            header = file.schema_arrow.names
            column = header[_find_column(header, table)]
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=[column]):
                yield from (str(value or "") for value in batch.column(0).to_pylist())
    except (OSError, pa.ArrowException):
        raise _make_error(table) from None


def _find_column(header: Sequence[str], table: str) -> int:
    names = [name.strip().lower() for name in header]
    for wanted in PATH_COLUMNS:
        if wanted in names:
            return names.index(wanted)
    raise DataError(f"{table} has no column of paths: name the column path.")


def _make_error(table: str) -> DataError:
    return DataError(
        f"{table} cannot be read as a table: check that it is one and that you may read it."
    )
