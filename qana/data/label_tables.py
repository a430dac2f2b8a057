"""Joins the labels of several tables."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from qana.data.label_rows import LabelRow, read_label_rows
from qana.data.lesion_photos import expand_lesions, find_lesion_photos
from qana.data.photo_index import PhotoIndex
from qana.data.text_tables import TextTable
from qana.errors import DataError


def read_label_tables(
    tables: Sequence[TextTable],
    own: Mapping[str, str] | None,
    photos: PhotoIndex,
    folders: Iterable[Path],
) -> list[LabelRow]:
    """Reads the labels of all tables.

    A table that labels lesions gets their photos from another table, which then counts for its ids
    only, be it one of `tables` or one of the folders.

    Args:
        tables: at least one.
        own: the classes of another set to ours, or None.
        photos: the photos.
        folders: folders in which the photos of lesions are searched.

    Returns:
        The rows in the order of the tables.

    Raises:
        DataError: a table has neither labels nor the photos of lesions. The message says what to
            do.
    """
    rows: dict[int, list[LabelRow]] = {}
    errors: dict[int, DataError] = {}
    for place, table in enumerate(tables):
        try:
            rows[place] = read_label_rows(table, own, photos)
        except DataError as error:
            errors[place] = error
    if not rows:
        raise errors[0]
    used: set[int] = set()
    for place, found in rows.items():
        if not any(row.image_id for row in found):
            others = [one for one in tables if one is not tables[place]]
            lesions = find_lesion_photos(found, others, tables[place].name, folders)
            rows[place] = expand_lesions(found, lesions)
            used |= {at for at, table in enumerate(tables) if table is lesions.table}
    unused = [error for place, error in errors.items() if place not in used]
    if unused:
        raise unused[0]
    return [row for place, found in rows.items() if place not in used for row in found]
