"""Finds the photos of each lesion, for tables that label lesions instead of photos."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qana.data.diagnoses import normalize_diagnosis
from qana.data.label_columns import IMAGE_COLUMNS, LESION_COLUMNS
from qana.data.label_rows import LabelRow
from qana.data.photo_files import make_photo_key
from qana.data.text_tables import TextTable, read_text_table
from qana.errors import DataError

TABLE_EXTENSIONS = (".csv", ".tab", ".tsv", ".txt")
"""Extensions of the files among which the table of photos is searched."""


@dataclass(frozen=True)
class LesionPhotos:
    """The photos of lesions.

    Attributes:
        table: the table that lists them.
        ids: the key of each lesion to its photo ids, as in `list_lesion_photos`.
    """

    table: TextTable
    ids: dict[str, list[str]]


def list_lesion_photos(table: TextTable) -> dict[str, list[str]]:
    """Lists the photos of each lesion.

    Args:
        table: table of photos, such as MILK10k's metadata with isic_id and lesion_id.

    Returns:
        The key of each lesion to its photo ids, in the order of the table; empty if the table has
        no column of photo ids or of lesion ids.
    """
    header = [normalize_diagnosis(name) for name in table.header]
    image = next((header.index(name) for name in IMAGE_COLUMNS if name in header), None)
    lesion = next((header.index(name) for name in LESION_COLUMNS if name in header), None)
    if image is None or lesion is None:
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    for image_id, lesion_id in zip(table.frame[image], table.frame[lesion], strict=True):
        if image_id and lesion_id:
            found[make_photo_key(lesion_id)].append(image_id)
    return found


def find_lesion_photos(
    rows: Sequence[LabelRow], given: Sequence[TextTable], name: str, folders: Iterable[Path]
) -> LesionPhotos:
    """Finds the table that lists the photos of the lesions.

    Args:
        rows: rows without photo ids.
        given: tables among which it is searched first.
        name: name of the table of `rows`.
        folders: folders in which it is searched if none of `given` has one of the lesions.

    Returns:
        The photos, of the table that has most of the lesions.

    Raises:
        DataError: no table has the photos of one of the lesions.
    """
    wanted = {make_photo_key(row.lesion_id) for row in rows}
    found = _find_best(wanted, given) or _find_best(wanted, _read_tables(folders))
    if found is None:
        raise DataError(
            f"{name} has lesion ids and no photo ids: name the column of the photos image_id, or "
            "give a second table with the photos of each lesion (isic_id, lesion_id), such as "
            "MILK10k's metadata, after it in --labels."
        )
    return found


def expand_lesions(rows: Iterable[LabelRow], photos: LesionPhotos) -> list[LabelRow]:
    """Replaces the row of each lesion by one for each of its photos, or leaves it without any."""
    return [
        replace(row, image_id=image_id)
        for row in rows
        for image_id in photos.ids.get(make_photo_key(row.lesion_id), [""])
    ]


def _find_best(wanted: set[str], tables: Iterable[TextTable]) -> LesionPhotos | None:
    """Returns the photos of the table that has most of the lesions; None if none has any."""
    found = [LesionPhotos(table, list_lesion_photos(table)) for table in tables]
    best = max(found, key=lambda one: len(wanted & one.ids.keys()), default=None)
    return best if best is not None and wanted & best.ids.keys() else None


def _read_tables(folders: Iterable[Path]) -> list[TextTable]:
    tables = []
    for folder in dict.fromkeys(folders):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.suffix.lower() in TABLE_EXTENSIONS and path.is_file():
                try:
                    tables.append(read_text_table(path))
                except (DataError, OSError):
                    continue  # some other file
    return tables
