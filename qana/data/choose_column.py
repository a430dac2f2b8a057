"""Finds the column of a table that holds values of a kind, whatever its name."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from qana.data.csv_tables import is_missing, quote_value
from qana.data.diagnoses import normalize_diagnosis
from qana.data.text_tables import TextTable
from qana.errors import DataError

MAX_SEARCHED = 64
"""Largest number of columns that are searched."""


@dataclass(frozen=True)
class _Candidate:
    """A column that holds values of the kind.

    Attributes:
        place: index of the column.
        share: share of its filled cells that hold them, above 0.
        values: what each cell stands for; None where it holds no such value.
    """

    place: int
    share: float
    values: tuple[str | None, ...]


def choose_column(
    table: TextTable,
    translate: Callable[[str], str | None],
    names: Collection[str],
    advice: str,
    without: int | None = None,
) -> int | None:
    """Finds the column that holds values of a kind.

    Args:
        table: the table.
        translate: returns what a cell stands for; None if it holds no value of the kind.
        names: names that such columns have, as `normalize_diagnosis` writes them. Columns of other
            names count only if none has one of these.
        advice: end of the sentence for columns that fit alike, after the colon.
        without: index of a column that is left out.

    Returns:
        Index of the column; None if no column holds such values.

    Raises:
        DataError: several columns hold them, and the values differ. The message names the columns.
    """
    places = [at for at in range(min(len(table.header), MAX_SEARCHED)) if at != without]
    found = [one for at in places if (one := _read_column(table, at, translate)) is not None]
    named = [one for one in found if normalize_diagnosis(table.header[one.place]) in names]
    # A column that holds such a value now and then is no rival of one that is full of them.
    best = max((one.share for one in named or found), default=0.0)
    rivals = [one for one in named or found if 2 * one.share >= best]
    if not rivals:
        return None
    if len({one.values for one in rivals}) > 1:
        listed = " and ".join(quote_value(table.header[one.place]) for one in rivals[:3])
        raise DataError(f"The columns {listed} of {table.name} fit alike: {advice}.")
    return rivals[0].place


def _read_column(
    table: TextTable, place: int, translate: Callable[[str], str | None]
) -> _Candidate | None:
    cells = [str(cell) for cell in table.frame[place]]
    meanings = {cell: translate(cell) for cell in set(cells)}
    values = tuple(meanings[cell] for cell in cells)
    count = sum(value is not None for value in values)
    filled = sum(not is_missing(cell) for cell in cells)
    return _Candidate(place, count / max(filled, 1), values) if count else None
