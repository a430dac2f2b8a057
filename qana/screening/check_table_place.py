"""Checks that a table of screening replaces no file of the user."""

import csv
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from qana.errors import UserError
from qana.output_files import is_same_file
from qana.screening.rows import COLUMNS
from qana.screening.tables import NOTICE_COLUMN, PARQUET

_HEADER_CHARACTERS = 10_000
"""The header of a table of screening is much shorter."""


def check_table_place(out: Path, sources: Iterable[str]) -> None:
    """Checks what is at the place of a table before it is replaced.

    Args:
        out: the table, which need not exist. An empty file and an earlier table may be replaced.
        sources: paths of the sources of the photos.

    Raises:
        UserError: it is one of the sources, or a file that is no table of screening. The sentence
            says what to do.
    """
    if any(is_same_file(out, source) for source in sources):
        raise UserError(f"{out} is a source of the photos: give another file with --out.")
    try:
        kept = out.is_file() and out.stat().st_size > 0 and not is_screening_table(out)
    except OSError:
        kept = False  # writing the table says why
    if kept:
        raise UserError(
            f"{out} is there already and is no table of `qana screen`: move it, or give another "
            "file with --out."
        )


def is_screening_table(path: Path) -> bool:
    """Returns whether a file has the columns of a table of screening and no others."""
    try:
        if path.suffix.lower() == PARQUET:
            return tuple(pq.read_schema(path).names) == COLUMNS
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline(_HEADER_CHARACTERS)
        return tuple(next(csv.reader([first]), ())) == (*COLUMNS, NOTICE_COLUMN)
    except (OSError, ValueError, csv.Error, pa.ArrowException):
        return False
