"""Reads a folder of photos and a table of their labels, in any layout that archives serve."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from qana.data.class_map import read_class_map
from qana.data.diagnoses import normalize_diagnosis
from qana.data.identical_files import map_identical_files
from qana.data.label_tables import read_label_tables
from qana.data.photo_files import clean_image_id, make_photo_key
from qana.data.photo_index import PhotoFolder
from qana.data.row_files import RowFile, find_row_files
from qana.data.text_tables import TextTable, read_text_table
from qana.errors import DataError

MISSING = "not in the folder"
LISTED_TWICE = "listed twice"
COPY = "copy of another photo"
CONTRADICTION = "equal photos with different labels"
TWO_LABELS = "listed with different labels"
UNCLEAR = "not exactly one class at 1"
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
        lesion_id: the same for all photos of a lesion; if the table has none, the image_id, or the
            path below the folder where other photos have the same image_id.
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
        known: False for a class that QANA does not know, which may be one of the seven under
            another name.
        path: the file; None if there is none.
    """

    image_id: str
    reason: str
    known: bool = True
    path: Path | None = None


@dataclass(frozen=True)
class LabelledFolder:
    """The labelled photos of a folder.

    Attributes:
        images: the photos, in the order of the table.
        left_out: what the table lists beside them.
    """

    images: tuple[LabelledImage, ...]
    left_out: tuple[LeftOut, ...]


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
        labels: the table, or several, of which each has labels of photos, labels of lesions or the
            photos of these lesions. The photos of MILK10k's lesions are found by themselves if
            their table lies in the folder of the labels or in `images`.
        class_map: table that translates the classes of any other set, see `qana.data.class_map`.
        only: photos to which the result is limited, as `make_photo_key` gives their ids. Those of
            them that the folder lacks are left out and counted; without `only`, all photos that
            the table lists with one of the seven classes must be there.

    Returns:
        One photo for each row with one of the seven classes. Photos whose files are equal are one
        photo; if their labels differ, all of them are left out. A row without exactly one class is
        left out.

    Raises:
        DataError: the folder or a file is missing or unreadable; a column is missing; a row has
            no id; a listed photo is missing or exists twice; a table is not needed; or no photo is
            left. The message says which and what to do.
    """
    folder = PhotoFolder(images)
    paths = [labels] if isinstance(labels, Path) else labels
    tables = [_read_table(path) for path in paths]
    own = read_class_map(class_map) if class_map else None
    near = (*(path.parent for path in paths), images, images.parent)
    rows = read_label_tables(tables, own, folder, near)
    if only is not None:
        rows = [row for row in rows if make_photo_key(row.image_id) in only]
    names = " and ".join(dict.fromkeys(table.name for table in tables))
    found, missing = find_row_files(rows, folder, names, need_all=only is None)
    kept, left_out = _join_equal(found)
    left_out += [LeftOut(row.image_id, MISSING) for row in missing]
    if rows and not kept:
        raise DataError(
            f"No photo in {names} can be used, the first for this reason: "
            f"{left_out[0].reason}. Give photos of the seven classes, or --map."
        )
    return LabelledFolder(tuple(_make_images(kept, images)), tuple(left_out))


def _read_table(path: Path) -> TextTable:
    try:
        return read_text_table(path)
    except FileNotFoundError:
        raise DataError(f"There is no file {path}: give the table that lists the labels.") from None


def _join_equal(found: Sequence[RowFile]) -> tuple[list[RowFile], list[LeftOut]]:
    """Keeps one of each group of equal photos, and lists what is left out and why."""
    same = map_identical_files(one.path for one in found if one.path)
    groups: dict[object, list[RowFile]] = defaultdict(list)
    for place, one in enumerate(found):
        groups[same[one.path] if one.path else place].append(one)
    kept: list[RowFile] = []
    left_out: list[LeftOut] = []
    for group in groups.values():
        # A row without a diagnosis does not contradict one that has it.
        labelled = [one for one in group if one.row.label or one.row.diagnosis or one.row.unclear]
        first = labelled[0] if labelled else group[0]
        rest = [one for one in group if one is not first]
        if len({_get_class(one) for one in labelled}) > 1:
            left_out += _list_contradictions(labelled)
            rest = [one for one in rest if one not in labelled]
        elif first.row.label:
            kept.append(first)
        else:
            left_out.append(
                LeftOut(_get_id(first), _find_reason(first), first.row.known, first.path)
            )
        left_out += [
            LeftOut(_get_id(one), LISTED_TWICE if one.path == first.path else COPY, path=one.path)
            for one in rest
        ]
    return kept, left_out


def _list_contradictions(group: Sequence[RowFile]) -> list[LeftOut]:
    """Lists each of several equal photos whose labels differ once."""
    by_path = {one.path: _get_id(one) for one in reversed(group)}
    reason = CONTRADICTION if len(by_path) > 1 else TWO_LABELS
    return [LeftOut(image_id, reason, path=path) for path, image_id in reversed(by_path.items())]


def _find_reason(one: RowFile) -> str:
    """Returns why a row without one of the seven classes is left out."""
    if one.row.unclear:
        return UNCLEAR
    return f"{CLASS_REASON}{one.row.diagnosis}" if one.row.diagnosis else NO_DIAGNOSIS


def _get_class(one: RowFile) -> str:
    return one.row.label or normalize_diagnosis(one.row.diagnosis)


def _get_id(one: RowFile) -> str:
    return one.row.image_id or one.row.lesion_id


def _make_images(kept: Sequence[RowFile], folder: Path) -> Iterator[LabelledImage]:
    ids = Counter(clean_image_id(one.row.image_id) for one in kept)
    lesions = {one.row.lesion_id for one in kept}
    for one in kept:
        image_id = clean_image_id(one.row.image_id)
        assert one.path is not None and one.row.label is not None
        is_own = ids[image_id] == 1 and image_id not in lesions
        own = image_id if is_own else one.path.relative_to(folder).as_posix()
        yield LabelledImage(image_id, one.path, one.row.label, one.row.lesion_id or own)
