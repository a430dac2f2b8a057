"""Reads the label of each photo from a table of any layout that is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qana.data.csv_tables import is_missing, quote_value
from qana.data.diagnoses import Diagnosis, find_diagnosis, find_own_label
from qana.data.label_columns import LabelColumns, find_label_columns
from qana.data.photo_files import clean_image_id
from qana.data.photo_index import PhotoIndex
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
        known: whether QANA knows the diagnosis, be it as one of the seven classes or as another.
        unclear: whether the row has no single class at 1 and the others at 0.
    """

    image_id: str
    lesion_id: str
    diagnosis: str
    label: str | None
    known: bool = True
    unclear: bool = False


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
        DataError: a column is missing, the table has no row, a row has no id, or no row has exactly
            one class at 1. The message says which and what to do.
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
    found = _read_one_hot(table, columns, own, wheres) if columns.one_hot else None
    images = ids if columns.image is not None else [""] * len(ids)
    lesions = _list_lesions(table, columns)
    return [
        LabelRow(image, lesion, "", None, unclear=True)
        if diagnosis is None
        else LabelRow(image, lesion, diagnosis.name, diagnosis.label, diagnosis.known)
        for image, lesion, diagnosis in zip(
            images, lesions, found or _read_names(table, columns, own), strict=True
        )
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
        "" if _is_unknown(lesion) else lesion if _is_unknown(patient) else f"{patient}/{lesion}"
        for patient, lesion in zip(patients, lesions, strict=True)
    ]


def _is_unknown(name: str) -> bool:
    """Returns whether the id of a lesion or patient, or a diagnosis, names none."""
    return is_missing(name) or name.strip().casefold() == "unknown"


def _read_names(
    table: TextTable, columns: LabelColumns, own: Mapping[str, str] | None
) -> Iterator[Diagnosis]:
    """Yields the diagnosis of each row of a table that names it."""
    cells = [_list_cells(table, place) for place in columns.names]
    known: dict[tuple[str, ...], Diagnosis] = {}
    for names in zip(*cells, strict=True):
        if names not in known:
            known[names] = _find_named(names, columns.decisive, own)
        yield known[names]


def _find_named(names: Sequence[str], decisive: bool, own: Mapping[str, str] | None) -> Diagnosis:
    filled = [
        "" if _is_unknown(name) and find_own_label(name, own or {}) is None else name
        for name in names
    ]
    if not decisive:
        return find_diagnosis(filled, own)
    if not filled[0]:
        return Diagnosis(find_diagnosis(filled, own).name, None, True)
    found = find_diagnosis(filled[:1], own)
    return Diagnosis(filled[0], found.label, found.known)


def _read_one_hot(
    table: TextTable,
    columns: LabelColumns,
    own: Mapping[str, str] | None,
    wheres: Sequence[str],
) -> list[Diagnosis | None]:
    """Reads the diagnosis of each row of a table with a column for each class.

    Returns:
        The diagnoses. That of a row without any class has no name; None stands for a row in which
        not exactly one class is 1 and all others are 0.
    """
    classes = table.frame[list(columns.one_hot)].map(_parse_value)
    used = {columns.image, columns.lesion, columns.patient, *columns.one_hot}
    others = [place for place in range(len(table.header)) if place not in used]
    more = table.frame[others].map(_parse_value)
    # A further class is 1 only where no other class is: a weight or an answer is 1 anywhere.
    labelled = (classes == 1.0).any(axis=1)
    more = more.loc[:, more.isin((0.0, 1.0)).all() & ~(more[labelled] == 1.0).any()]
    places = (*columns.one_hot, *more.columns)
    found: list[Diagnosis | None] = []
    for values, beside in zip(
        classes.itertuples(index=False, name=None),
        more.itertuples(index=False, name=None),
        strict=True,
    ):
        row = (*values, *beside)
        ones = [place for place, value in zip(places, row, strict=True) if value == 1.0]
        blank = all(value == 0.0 or math.isnan(value) for value in values)
        if blank and not ones:
            found.append(Diagnosis("", None, True))
        elif len(ones) == 1 and (blank or sum(value != 0.0 for value in row) == 1):
            found.append(find_diagnosis([table.header[ones[0]]], own))
        else:
            found.append(None)
    if not any(one is not None and one.name for one in found):
        raise DataError(
            f"{wheres[0]} does not have one class at 1 and all others at 0, and no other row does: "
            "correct the rows."
        )
    return found


def _parse_value(cell: str) -> float:
    """Converts a cell of a column of a class; NaN if it is missing, -1 if it is no number."""
    text = cell.casefold()
    if text in _VALUES:
        return _VALUES[text]
    if is_missing(text):
        return math.nan
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return -1.0
