"""Reads a folder of photos and a table of their labels, in any layout that archives serve."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from qana.data.class_map import read_class_map
from qana.data.csv_tables import quote_value
from qana.data.identical_files import map_identical_files
from qana.data.label_rows import LabelRow, read_first_label_rows
from qana.data.lesion_photos import expand_lesions, find_lesion_photos
from qana.data.photo_files import PhotoFolder, clean_image_id, make_photo_key
from qana.data.text_tables import TextTable, read_text_table
from qana.errors import DataError

MISSING = "not in the folder"
LISTED_TWICE = "listed twice"
COPY = "copy of another photo"
CONTRADICTION = "equal photos with different labels"
NO_DIAGNOSIS = "no diagnosis"
CLASS_REASON = "class "
"""Start of the reason of a photo of another class, before its name."""


@dataclass(frozen=True)
class LabelledImage:
    """One photo and its label.

    Attributes:
        image_id: id of the photo as in the table, without folder and extension, such as
            "ISIC_0024306".
        path: image file.
        label: diagnosis, one of `qana.classes.LABELS`.
        lesion_id: the same for all photos of a lesion; the image_id if the table has none.
    """

    image_id: str
    path: Path
    label: str
    lesion_id: str


@dataclass(frozen=True)
class LeftOut:
    """One photo that the table lists but that is not used.

    Attributes:
        image_id: id of the photo as in the table.
        reason: why, such as "class SCC" or one of the constants of this module.
    """

    image_id: str
    reason: str


@dataclass(frozen=True)
class LabelledFolder:
    """The labelled photos of a folder.

    Attributes:
        images: the photos, in the order of the table.
        left_out: what the table lists beside them.
    """

    images: tuple[LabelledImage, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class _Found:
    """A row of the table and its file, which only a row of another class may lack."""

    row: LabelRow
    path: Path | None


def read_labelled_folder(
    images: Path,
    labels: Path | Sequence[Path],
    class_map: Path | None = None,
    only: AbstractSet[str] | None = None,
) -> LabelledFolder:
    """Finds the photo and the label of each row of a table; the pixels are not decoded.

    The table has one of these layouts, recognized by its header: HAM10000 (image_id, dx), the
    ground truth of ISIC 2018 and 2019 (image and a column for each class), metadata of the ISIC
    archive (isic_id and diagnosis_1 to diagnosis_5, or diagnosis), PAD-UFES-20 (img_id,
    diagnostic), or MILK10k (lesion_id and a column for each class, with a second table of the
    photos of each lesion). The order and case of the columns do not matter. See
    `qana.data.text_tables.read_text_table` for delimiters and encodings and
    `qana.data.photo_files.make_photo_key` for what an id may have around it.

    Args:
        images: folder with the photos, directly or in subfolders of any depth. Hidden files and
            folders, other kinds of files and photos without a row are ignored.
        labels: the table, or two for MILK10k. The second one is found by itself if it lies in the
            folder of the first or in `images`.
        class_map: table that translates the classes of any other set, see `qana.data.class_map`.
        only: photos to which the result is limited, as `make_photo_key` gives their ids. Those of
            them that the folder lacks are left out and counted; without `only`, all photos that
            the table lists with one of the seven classes must be there.

    Returns:
        One photo for each row with one of the seven classes. Photos whose files are equal are one
        photo; if their labels differ, all of them are left out.

    Raises:
        DataError: the folder or a file is missing or unreadable; a column is missing; a row has
            no id; a listed photo is missing or exists twice; or none is left. The message says
            which and what to do.
    """
    folder = PhotoFolder(images)
    paths = [labels] if isinstance(labels, Path) else labels
    tables = [_read_table(path) for path in paths]
    own = read_class_map(class_map) if class_map else None
    table, rows = read_first_label_rows(tables, own, folder)
    if not any(row.image_id for row in rows):
        others = [one for one in tables if one is not table]
        near = (*(path.parent for path in paths), images, images.parent)
        rows = expand_lesions(rows, find_lesion_photos(rows, others, table.name, near))
    if only is not None:
        rows = [row for row in rows if make_photo_key(row.image_id) in only]
    found, missing = _find_files(rows, folder)
    if missing and (only is None or not found):
        raise DataError(
            f"{len(missing)} of the {len(found) + len(missing)} images in {table.name} are "
            f"missing in {images}, the first is {quote_value(missing[0].image_id)}: give the "
            "folder that holds all of them."
        )
    kept, left_out = _join_equal(found)
    left_out += [LeftOut(row.image_id, MISSING) for row in missing]
    if rows and not kept:
        raise DataError(
            f"No photo in {table.name} can be used, the first for this reason: "
            f"{left_out[0].reason}. Give photos of the seven classes, or --map."
        )
    return LabelledFolder(tuple(kept), tuple(left_out))


def _read_table(path: Path) -> TextTable:
    try:
        return read_text_table(path)
    except FileNotFoundError:
        raise DataError(f"There is no file {path}: give the table that lists the labels.") from None


def _find_files(
    rows: Iterable[LabelRow], folder: PhotoFolder
) -> tuple[list[_Found], list[LabelRow]]:
    """Finds the file of each row, and lists the rows of the seven classes that have none."""
    found, missing = [], []
    for row in rows:
        paths = folder.find(row.image_id)
        if len(paths) > 1 and row.label:
            _check_equal(paths, folder.folder)
        if paths or not row.label:
            found.append(_Found(row, paths[0] if paths else None))
        else:
            missing.append(row)
    return found, missing


def _check_equal(paths: Sequence[Path], folder: Path) -> None:
    if len(set(map_identical_files(paths).values())) > 1:
        first, second = (quote_value(path.relative_to(folder).as_posix()) for path in paths[:2])
        raise DataError(
            f"{first} and {second} have the same id but differ: remove one of them, or give the "
            "ids with their folders."
        )


def _join_equal(found: Iterable[_Found]) -> tuple[list[LabelledImage], list[LeftOut]]:
    """Keeps one of each group of equal photos, and lists what is left out and why."""
    found = list(found)
    same = map_identical_files(one.path for one in found if one.path)
    groups: dict[object, list[_Found]] = defaultdict(list)
    for place, one in enumerate(found):
        groups[same[one.path] if one.path else place].append(one)
    kept: list[LabelledImage] = []
    left_out: list[LeftOut] = []
    for group in groups.values():
        reasons = [_find_reason(one, group) for one in group]
        for one, reason in zip(group, reasons, strict=True):
            if reason:
                left_out.append(LeftOut(one.row.image_id or one.row.lesion_id, reason))
            else:
                kept.append(_make_image(one))
    return kept, left_out


def _find_reason(one: _Found, group: Sequence[_Found]) -> str:
    """Returns why a photo of a group of equal ones is left out; empty if it is kept."""
    if len({other.row.label or other.row.diagnosis for other in group}) > 1:
        return CONTRADICTION
    if not one.row.label:
        return f"{CLASS_REASON}{one.row.diagnosis}" if one.row.diagnosis else NO_DIAGNOSIS
    if one is group[0]:
        return ""
    return LISTED_TWICE if one.path == group[0].path else COPY


def _make_image(one: _Found) -> LabelledImage:
    image_id = clean_image_id(one.row.image_id)
    assert one.path is not None and one.row.label is not None
    return LabelledImage(image_id, one.path, one.row.label, one.row.lesion_id or image_id)
