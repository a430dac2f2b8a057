"""Recognizes the layout of a table of labels by its header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from qana.classes import LABELS
from qana.data.choose_column import choose_column
from qana.data.csv_tables import quote_value
from qana.data.diagnoses import find_diagnosis, find_own_label, normalize_diagnosis
from qana.data.photo_files import make_photo_key
from qana.data.photo_index import PhotoIndex
from qana.data.text_tables import TextTable
from qana.errors import DataError

IMAGE_COLUMNS = (
    *("image id", "isic id", "image", "img id", "image name", "filename", "file name", "file"),
    *("image path", "path", "bcn filename", "ddi file", "photo id", "image file", "file path"),
)
"""Columns of photo ids: HAM10000, the ISIC archive, ISIC 2018 and 2019, PAD-UFES-20, ISIC 2020,
BCN20000, DDI, and names that other sets use."""
LESION_COLUMNS = ("lesion id", "lesion")
PATIENT_COLUMNS = ("patient id",)
DX_COLUMNS = ("dx", "diagnostic")
"""Columns of diagnoses that decide alone: HAM10000 and PAD-UFES-20."""
ARCHIVE_COLUMNS = (
    *("diagnosis 5", "diagnosis 4", "diagnosis 3", "diagnosis full", "diagnosis 2", "diagnosis"),
    "diagnosis 1",
    *("iddx 5", "iddx 4", "iddx 3", "iddx full", "iddx 2", "iddx 1"),
)
"""Columns of diagnoses of the ISIC archive, of MILK10k and of ISIC 2024, from specific to
general."""
CLASS_COLUMNS = (
    *("label", "labels", "label name", "label id", "class", "classes", "class name", "class id"),
    *("target", "category", "diagnosis", "diagnostic", "dx", "disease", "ground truth", "gt", "y"),
    *("truth", "cell type", "lesion type", "histology", "pathology", "histopathology"),
)
"""Names of the column of classes in other sets. With `--map`, such a column comes before others
whose values are in the map."""
ONE_HOT_COLUMNS = (
    *LABELS,
    *("ak", "scc", "unk", "ben oth", "inf", "mal oth", "sccka"),
)
"""Columns of classes of ISIC 2018 and 2019 and of MILK10k."""

KNOWN = (
    "HAM10000's image_id and dx, an ISIC ground truth (image, MEL, NV, BCC, AKIEC, BKL, DF, VASC), "
    "ISIC metadata or PAD-UFES-20's metadata"
)


@dataclass(frozen=True)
class LabelColumns:
    """Where a table of labels has what; the numbers are indices of columns.

    Attributes:
        image: photo id; None if the table lists lesions.
        lesion: lesion id; None if there is none.
        patient: patient id; None if there is none.
        names: names of the diagnosis, from specific to general; empty for one column a class.
        decisive: whether the first of `names` decides, and the others only name what it leaves
            out.
        one_hot: one column for each class, with 1 in one of them; empty for names.
    """

    image: int | None
    lesion: int | None
    patient: int | None
    names: tuple[int, ...] = ()
    decisive: bool = False
    one_hot: tuple[int, ...] = ()


def find_label_columns(
    table: TextTable, own: Mapping[str, str] | None, photos: PhotoIndex
) -> LabelColumns:
    """Recognizes the layout of a table of labels.

    Args:
        table: the table. The order and case of its columns do not matter; others are ignored.
        own: the classes of another set to ours, see `qana.data.class_map`; None for the layouts
            that are known.
        photos: the photos; with `own`, the column of ids is found by them if its name is unknown.

    Returns:
        The columns.

    Raises:
        DataError: a column is missing or listed twice. The message says what is known.
    """
    header = [normalize_diagnosis(name) for name in table.header]
    _check_repeated(table, header)
    image, lesion = _find_first(header, IMAGE_COLUMNS), _find_first(header, LESION_COLUMNS)
    if image is None and (found := _find_ids(table, photos, lesion)) is not None:
        if table.header[found] in photos:
            raise DataError(
                f"{table.name} has no header: put the names of the columns, such as image_id and "
                "dx, into its first line."
            )
        if own is None:
            raise DataError(
                f"{table.name} has no column of photo ids under a name that QANA knows: name the "
                f"column {quote_value(table.header[found])} image_id."
            )
        image = found
    ids = LabelColumns(image, lesion, _find_first(header, PATIENT_COLUMNS))
    if image is None and lesion is None:
        raise DataError(
            f"{table.name} has no column of photo ids: give {KNOWN}, separated by commas, "
            "semicolons or tabs."
        )
    names: tuple[int, ...] = ()
    if (first := _find_first(header, DX_COLUMNS)) is not None:
        order = ("diagnosis", *ARCHIVE_COLUMNS)
        names = (first, *(header.index(name) for name in order if name in header))
    elif one_hot := _find_one_hot(table, header, own):
        return replace(ids, one_hot=one_hot)
    else:
        names = tuple(header.index(name) for name in ARCHIVE_COLUMNS if name in header)
    if own is not None and not _has_own(table, names, own):
        mapped = _find_mapped(table, own, image)
        if mapped is not None:
            return replace(ids, names=(mapped,))
        if not names:
            raise DataError(f"{table.name} has no value of the file of --map: check both files.")
    if names:
        return replace(ids, names=names, decisive=first is not None)
    if (found := _find_diagnoses(table, image)) is not None:
        raise DataError(
            f"{table.name} has no column of diagnoses under a name that QANA knows: name the "
            f"column {quote_value(table.header[found])} dx."
        )
    raise DataError(
        f"{table.name} has no column of diagnoses: give {KNOWN}, separated by commas, semicolons "
        "or tabs, or its classes with --map."
    )


def _find_ids(table: TextTable, photos: PhotoIndex, lesion: int | None) -> int | None:
    """Finds the column whose cells are ids of the photos, apart from that of the lesions."""
    return choose_column(
        table,
        lambda cell: make_photo_key(cell) if cell in photos else None,
        (),
        "name the one with the ids of the photos image_id",
        without=lesion,
    )


def _find_mapped(table: TextTable, own: Mapping[str, str], image: int | None) -> int | None:
    """Finds the column whose cells are in the file of `--map`."""
    return choose_column(
        table,
        lambda cell: find_own_label(cell, own),
        CLASS_COLUMNS,
        "name the one with the classes of --map label",
        without=image,
    )


def _find_diagnoses(table: TextTable, image: int | None) -> int | None:
    """Finds the column whose cells are diagnoses."""
    return choose_column(
        table,
        lambda cell: find_diagnosis([cell]).label,
        CLASS_COLUMNS,
        "name the one with the diagnoses dx",
        without=image,
    )


def _has_own(table: TextTable, places: tuple[int, ...], own: Mapping[str, str]) -> bool:
    """Returns whether one of the columns holds a class of `--map`."""
    cells = {str(cell) for place in places for cell in table.frame[place].unique()}
    return any(find_own_label(cell, own) is not None for cell in cells)


def _check_repeated(table: TextTable, header: list[str]) -> None:
    known = {*IMAGE_COLUMNS, *LESION_COLUMNS, *DX_COLUMNS, *ARCHIVE_COLUMNS, *LABELS}
    for place, name in enumerate(header):
        if name in known and header.count(name) > 1:
            raise DataError(
                f"{table.name} has the column {quote_value(table.header[place])} "
                f"{header.count(name)} times: keep one of them."
            )


def _find_first(header: list[str], names: tuple[str, ...]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def _find_one_hot(
    table: TextTable, header: list[str], own: Mapping[str, str] | None
) -> tuple[int, ...]:
    """Finds the columns of classes; none if the table has no such columns."""
    labels = {
        place: find_diagnosis([name], own)
        for place, name in enumerate(header)
        if name in (own or {}) or name in ONE_HOT_COLUMNS
    }
    if own is not None and sum(name in own for name in header) > 1:
        return tuple(labels)
    present = {found.label for found in labels.values()}
    missing = [label.upper() for label in LABELS if label not in present]
    if 0 < len(missing) < len(LABELS) - 1:
        raise DataError(
            f"{table.name} lacks the column {missing[0]}: give {KNOWN}, or its classes with --map."
        )
    return () if missing else tuple(labels)
