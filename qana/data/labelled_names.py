"""Finds the labels of photos that are in memory, by their names."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from qana.data.label_rows import read_first_label_rows
from qana.data.lesion_photos import expand_lesions, find_lesion_photos
from qana.data.photo_index import PhotoIndex
from qana.data.text_tables import TextTable


@dataclass(frozen=True)
class NamedLabel:
    """What a table says of one photo.

    Attributes:
        path: of the photo.
        row: number of the row, from 0. A row may name several photos, if its id fits all of them.
        label: one of `qana.classes.LABELS`; None if the diagnosis is none of them.
        lesion_id: the same for all photos of a lesion; the id of the photo if the table has none.
        diagnosed: whether the row has a diagnosis.
    """

    path: str
    row: int
    label: str | None
    lesion_id: str
    diagnosed: bool = True


def find_labels(tables: Sequence[TextTable], paths: Sequence[str]) -> list[NamedLabel]:
    """Finds what tables of labels say of photos.

    The tables have the layouts of `qana.data.labelled_folder.read_labelled_folder`.

    Args:
        tables: at least one. The first one that has labels counts; the others may name the photos
            of each lesion.
        paths: of the photos, such as "photos.zip/a/ISIC_0024306.jpg".

    Returns:
        One for each photo that a row names, in the order of the rows. A row that names several
        photos counts for each of them.

    Raises:
        DataError: no table has labels, or a row of it is not valid. The sentence says what to do.
    """
    files = [Path(path) for path in paths]
    relative = files and not any(path.is_absolute() for path in files)
    folder = os.path.commonpath([path.parent for path in files]) if relative else ""
    photos = PhotoIndex(Path(folder), files)
    by_path = {PurePath(path): path for path in paths}
    table, rows = read_first_label_rows(tables, None, photos)
    if not any(row.image_id for row in rows):
        others = [one for one in tables if one is not table]
        rows = expand_lesions(rows, find_lesion_photos(rows, others, table.name, ()))
    return [
        NamedLabel(
            by_path[path],
            number,
            row.label,
            row.lesion_id or by_path[path],
            diagnosed=bool(row.label or row.diagnosis or row.unclear),
        )
        for number, row in enumerate(rows)
        for path in photos.find(row.image_id)
    ]
