"""Writes rows to CSV and Parquet, and reads and writes parts of a table."""

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

from qana.errors import UserError
from qana.screening.rows import COLUMNS, NOTICE, ScreeningRow

PARQUET, CSV = ".parquet", ".csv"
NUMBERS = (
    *("top1_probability", "top2_probability", "top3_probability"),
    *("malignant_probability", "sparsity"),
)
"""Columns of float64; `events` is int64, and the others are text."""
SCHEMA = pa.schema(
    [
        pa.field(name, pa.float64() if name in NUMBERS else pa.string())
        if name != "events"
        else pa.field(name, pa.int64())
        for name in COLUMNS
    ],
    metadata={"notice": NOTICE},
)
NOTICE_COLUMN = "notice"
"""Last column of a CSV, which has no other place for the notice."""
GROUP_ROWS = 16_384
"""Rows of a row group of Parquet."""


def check_format(path: Path) -> str:
    """Returns the format that the extension of an output file names: ".parquet" or ".csv".

    Raises:
        UserError: it is another one.
    """
    suffix = path.suffix.lower()
    if suffix not in (PARQUET, CSV):
        raise UserError(
            f"{path} is neither .csv nor .parquet: give a file with one of these endings."
        )
    return suffix


def write_part(rows: Sequence[ScreeningRow], path: Path) -> None:
    """Writes a few rows at once: a stop leaves the whole file or none."""
    buffer = io.BytesIO()
    with pa.ipc.new_stream(buffer, SCHEMA) as writer:
        writer.write_table(_make_table(rows))
    unfinished = path.with_name(f"{path.name}.unfinished")
    with unfinished.open("wb") as file:
        file.write(buffer.getvalue())
        file.flush()
        os.fsync(file.fileno())  # the new name must not reach the disk before the content
    unfinished.replace(path)


def read_part(path: Path) -> pa.Table | None:
    """Reads what `write_part` has written; None if the file is missing or damaged."""
    try:
        with path.open("rb") as file, pa.ipc.open_stream(file) as reader:
            table = reader.read_all()
    except (OSError, pa.ArrowException):
        return None
    return table if table.schema.equals(SCHEMA) else None


def write_table(parts: Iterable[pa.Table], path: Path, suffix: str) -> None:
    """Writes a table from its parts, with little memory. Equal rows make equal bytes.

    Args:
        parts: the rows in order, cut anywhere.
        path: of the file.
        suffix: ".parquet" or ".csv".
    """
    with path.open("wb") as file:
        _write_parts(parts, file, suffix)
        file.flush()
        os.fsync(file.fileno())


def encode_table(rows: Sequence[ScreeningRow], suffix: str) -> bytes:
    """Makes the file that `write_table` would write, in memory.

    Args:
        rows: in the order of the table.
        suffix: ".parquet" or ".csv".

    Returns:
        Content of the file.
    """
    buffer = io.BytesIO()
    _write_parts([_make_table(rows)], buffer, suffix)
    return buffer.getvalue()


def _write_parts(parts: Iterable[pa.Table], file: BinaryIO, suffix: str) -> None:
    if suffix == CSV:
        schema = SCHEMA.append(pa.field(NOTICE_COLUMN, pa.string()))
        with pa.csv.CSVWriter(file, schema) as writer:
            for group in _regroup(parts):
                notices = pa.array([NOTICE] * len(group), pa.string())
                writer.write_table(group.append_column(NOTICE_COLUMN, notices))
    else:
        with pa.parquet.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
            for group in _regroup(parts):
                writer.write_table(group, row_group_size=GROUP_ROWS)


def _make_table(rows: Sequence[ScreeningRow]) -> pa.Table:
    return pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMA)


def _regroup(parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Joins and cuts tables to `GROUP_ROWS` rows, so that their borders leave no trace."""
    waiting: list[pa.Table] = []
    count = 0
    for part in parts:
        waiting.append(part)
        count += len(part)
        while count >= GROUP_ROWS:
            joined = pa.concat_tables(waiting).combine_chunks()
            yield joined.slice(0, GROUP_ROWS)
            waiting = [joined.slice(GROUP_ROWS)]
            count -= GROUP_ROWS
    if count:
        yield pa.concat_tables(waiting).combine_chunks()
