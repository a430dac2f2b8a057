"""Reads the label of each photo from a table of any layout that is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qana.data.csv_tables import quote_value
from qana.data.diagnoses import find_diagnosis
from qana.data.label_columns import LabelColumns, find_label_columns
from qana.data.photo_files import PhotoIndex, clean_image_id
from qana.data.text_tables import TextTable
from qana.errors import DataError

_VALUES = {
    **dict.fromkeys(("", "0", "false", "no"), 0.0),
    **dict.fromkeys(("1", "true", "yes"), 1.0),
}
"""Cells of a column of a class that stand for 0 and 1, beside numbers such as 1.0 and 1,0."""


@dataclass(frozen=True)
class LabelRow:
    """What a table says of one photo or lesion.

    Attributes:
        image_id: id as in the table; empty if the table lists lesions.
        lesion_id: id of the lesion; empty if the table has none.
        diagnosis: the diagnosis in the words of the table; empty if there is none.
        label: one of `qana.classes.LABELS`; None if the diagnosis is none of them.
    """

    image_id: str
    lesion_id: str
    diagnosis: str
    label: str | None


def read_label_rows(
    table: TextTable, own: Mapping[str, str] | None, photos: PhotoIndex
) -> list[LabelRow]:
    """Reads the labels of a table; arguments as in `find_label_columns`.

    Args:
        table: the table.
        own: the classes of another set to ours, or None.
        photos: the photos.

    Returns:
        One for each row, at least one.

    Raises:
        DataError: a column is missing, the table has no row, or a row has no id or not exactly one
            class at 1. The message says which and what to do.
    """
    columns = find_label_columns(table, own, photos)
    if table.frame.empty:
        raise DataError(f"{table.name} lists no photo: give a table with a header and rows.")
    ids = _list_cells(table, columns.image if columns.image is not None else columns.lesion)
    wheres = []
    for line, name in zip(table.lines, ids, strict=True):
        if not clean_image_id(name):
            raise DataError(f"Line {line} of {table.name} has no photo id: fill it in.")
        wheres.append(f"{quote_value(name)} (line {line} of {table.name})")
    read = _read_one_hot if columns.one_hot else _read_names
    found = read(table, columns, own, wheres)
    images = ids if columns.image is not None else [""] * len(ids)
    lesions = _list_lesions(table, columns)
    return [
        LabelRow(image, lesion, diagnosis, label)
        for image, lesion, (diagnosis, label) in zip(images, lesions, found, strict=True)
    ]


def read_first_label_rows(
    tables: Sequence[TextTable], own: Mapping[str, str] | None, photos: PhotoIndex
) -> tuple[TextTable, list[LabelRow]]:
    """Reads the labels of the first table that has any.

    Args:
        tables: at least one.
        own: as in `read_label_rows`.
        photos: as in `read_label_rows`.

    Returns:
        The table and its rows.

    Raises:
        DataError: no table has labels. The message is about the first one.
    """
    errors = []
    for table in tables:
        try:
            return table, read_label_rows(table, own, photos)
        except DataError as error:
            errors.append(error)
    raise errors[0] from None


def _list_cells(table: TextTable, place: int | None) -> list[str]:
    return [""] * len(table.frame) if place is None else [str(cell) for cell in table.frame[place]]


def _list_lesions(table: TextTable, columns: LabelColumns) -> list[str]:
    """Lists the lesion ids, which in some sets are unique for each patient only."""
    lesions = _list_cells(table, columns.lesion)
    patients = _list_cells(table, columns.patient)
    if columns.image is None:
        return lesions
    return [
        f"{patient}/{lesion}" if patient and lesion else lesion
        for patient, lesion in zip(patients, lesions, strict=True)
    ]


def _read_names(
    table: TextTable,
    columns: LabelColumns,
    own: Mapping[str, str] | None,
    wheres: Sequence[str],
) -> Iterator[tuple[str, str | None]]:
    """Yields the diagnosis and the label of each row of a table that names the diagnosis."""
    cells = [_list_cells(table, place) for place in columns.names]
    known = {names: find_diagnosis(names, own) for names in set(zip(*cells, strict=True))}
    for names in zip(*cells, strict=True):
        found = known[names]
        if columns.decisive and not names[0]:
            yield found.name, None
        elif columns.decisive:
            yield names[0], find_diagnosis(names[:1], own).label
        else:
            yield found.name, found.label


def _read_one_hot(
    table: TextTable,
    columns: LabelColumns,
    own: Mapping[str, str] | None,
    wheres: Sequence[str],
) -> Iterator[tuple[str, str | None]]:
    """Yields the diagnosis and the label of each row of a table with a column for each class."""
    classes = table.frame[list(columns.one_hot)].map(_parse_value)
    used = {columns.image, columns.lesion, columns.patient, *columns.one_hot}
    others = [place for place in range(len(table.header)) if place not in used]
    foreign = table.frame[others].map(_parse_value)
    foreign = foreign.loc[:, foreign.isin((0.0, 1.0)).all()]
    for values, more, where in zip(
        classes.itertuples(index=False, name=None),
        foreign.itertuples(index=False, name=None),
        wheres,
        strict=True,
    ):
        ones = [p for p, value in zip(columns.one_hot, values, strict=True) if value == 1.0]
        if not any(values):
            ones = [p for p, value in zip(foreign.columns, more, strict=True) if value == 1.0]
        if len(ones) != 1 or sum(value != 0.0 for value in values) > 1:
            raise DataError(
                f"{where} does not have one class at 1 and all others at 0: correct the row."
            )
        name = table.header[ones[0]]
        yield name, find_diagnosis([name], own).label


def _parse_value(cell: str) -> float:
    """Converts a cell of a column of a class; -1 if it holds no number."""
    text = cell.casefold()
    if text in _VALUES:
        return _VALUES[text]
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return -1.0
