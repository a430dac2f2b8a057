"""Finds the photos of each lesion, for tables that label lesions instead of photos."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from qana.data.diagnoses import normalize_diagnosis
from qana.data.label_columns import IMAGE_COLUMNS, LESION_COLUMNS
from qana.data.label_rows import LabelRow
from qana.data.photo_files import make_photo_key
from qana.data.text_tables import TextTable, read_text_table
from qana.errors import DataError

TABLE_EXTENSIONS = (".csv", ".tab", ".tsv", ".txt")
"""Extensions of the files among which the table of photos is searched."""


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
) -> dict[str, list[str]]:
    """Finds the table that lists the photos of the lesions.

    Args:
        rows: rows without photo ids.
        given: tables among which it must be, if there are any.
        name: name of the table of `rows`.
        folders: folders in which it is searched otherwise.

    Returns:
        As in `list_lesion_photos`, of the table that has most of the lesions.

    Raises:
        DataError: no table has the photos of one of the lesions.
    """
    wanted = {make_photo_key(row.lesion_id) for row in rows}
    found = [list_lesion_photos(table) for table in given or _read_tables(folders)]
    best = max(found, key=lambda photos: len(wanted & photos.keys()), default={})
    if not wanted & best.keys():
        raise DataError(
            f"{name} labels lesions and lists no photo: give a second table with the photos of "
            "each lesion (isic_id, lesion_id), such as MILK10k's metadata, after it in --labels."
        )
    return best


def expand_lesions(rows: Iterable[LabelRow], photos: dict[str, list[str]]) -> list[LabelRow]:
    """Replaces the row of each lesion by one for each of its photos, or leaves it without any."""
    return [
        replace(row, image_id=image_id)
        for row in rows
        for image_id in photos.get(make_photo_key(row.lesion_id), [""])
    ]


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
