"""Reads the paths of photos from a table, row by row."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from qana.data.text_rows import read_text_rows
from qana.errors import DataError

TABLE_EXTENSIONS = (".csv", ".tsv", ".tab", ".parquet")
PATH_COLUMNS = ("path", "file", "filename", "file_name", "filepath", "file_path", "image_path")
"""Names of the column of paths, in any case. The first of them that a table has counts."""
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
"""A byte that is not UTF-8, as `os.fsdecode` keeps it."""
_ROWS_AT_ONCE = 10_000


def read_paths(table: str) -> Iterator[str]:
    """Reads the paths that a table lists, without those of empty cells.

    A relative path counts from the working folder, or, if nothing is there, from the folder of the
    table. Backslashes count as slashes, and a path that is not UTF-8 as Windows-1252, where this
    finds a file.

    Args:
        table: path of a text table as `qana.data.text_rows` reads it, or of a Parquet file, with
            one of `PATH_COLUMNS`.

    Yields:
        The paths in the order of the rows.

    Raises:
        DataError: the table cannot be read or has no such column.
    """
    parquet = Path(table).suffix.lower() == ".parquet"
    folder = Path(table).parent
    for path in _read_parquet(table) if parquet else _read_csv(table):
        if found := path.strip():
            yield next(filter(os.path.lexists, _list_places(found, folder)), found)


def _list_places(path: str, folder: Path) -> Iterator[str]:
    """Lists where the file of a path may be."""
    forms = [path, path.replace("\\", "/")]
    if _ESCAPED_BYTE.search(path):
        data = forms[-1].encode("utf-8", errors="surrogateescape")
        forms.append(data.decode("cp1252", errors="replace"))
    for form in dict.fromkeys(forms):
        yield form
        yield str(folder / form)


def _read_csv(table: str) -> Iterator[str]:
    try:
        rows = read_text_rows(Path(table))
        at = _find_column(next(rows), table)
        for row in rows:
            yield row[at] if at < len(row) else ""
    except FileNotFoundError:
        raise _make_error(table) from None


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
