"""Reads a folder of photos and a CSV file of their labels in the HAM10000 or ISIC 2018 layout."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qana.classes import LABELS
from qana.data.csv_tables import quote_value
from qana.errors import DataError

EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif"})
"""Extensions of the files that count as photos, in lower case."""
UNKNOWN = "unk"
"""ISIC's column for lesions of any other class."""


@dataclass(frozen=True)
class LabelledImage:
    """One photo and its label.

    Attributes:
        image_id: name of the file without its extension, such as "ISIC_0024306".
        path: image file.
        label: diagnosis, one of `qana.classes.LABELS`.
        lesion_id: the same for all photos of a lesion; the image_id if the CSV file has none.
    """

    image_id: str
    path: Path
    label: str
    lesion_id: str


@dataclass(frozen=True)
class _Row:
    line: int
    image_id: str
    label: str
    lesion_id: str


def read_labelled_folder(images: Path, labels: Path) -> list[LabelledImage]:
    """Finds the photo and the label of each row of a CSV file; the pixels are not decoded.

    Args:
        images: folder with the photos, directly or in subfolders of any depth. Hidden files and
            folders, other kinds of files and photos without a row are ignored.
        labels: UTF-8 CSV file in the layout of HAM10000 (image_id, dx and, if known, lesion_id) or
            of the ISIC 2018 ground truth (image, MEL, NV, BCC, AKIEC, BKL, DF, VASC and optionally
            UNK, one of them 1 and the others 0). The order and case of the columns do not matter.
            Other columns are ignored. An id may include the extension of its file.

    Returns:
        One photo for each row, in the order of the CSV file.

    Raises:
        DataError: the folder or the file is missing or unreadable; a column is missing; a row has
            no clear diagnosis; an id is listed twice; or a listed photo is missing or exists
            twice. The message says which and what to do.
    """
    found = _find_images(images)
    rows = _read_rows(labels)
    missing = [row.image_id for row in rows if row.image_id not in found]
    if missing:
        raise DataError(
            f"{len(missing)} of the {len(rows)} images in {labels.name} are missing in {images}, "
            f"the first is {quote_value(missing[0])}: give the folder that holds all of them."
        )
    for row in rows:
        if len(paths := found[row.image_id]) > 1:
            first, second = (quote_value(path.relative_to(images).as_posix()) for path in paths[:2])
            raise DataError(f"{first} and {second} have the same id: remove one of them.")
    return [
        LabelledImage(row.image_id, found[row.image_id][0], row.label, row.lesion_id)
        for row in rows
    ]


def _find_images(folder: Path) -> dict[str, list[Path]]:
    """Finds all photos in a folder by their id."""
    found: dict[str, list[Path]] = defaultdict(list)
    try:
        next(folder.iterdir(), None)  # rglob ignores a folder that it cannot open
        for path in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if not hidden and path.suffix.lower() in EXTENSIONS and path.is_file():
                found[path.stem].append(path)
    except OSError:
        raise DataError(
            f"There is no folder {folder} that can be opened: give the folder of the photos."
        ) from None
    return found


def _read_rows(labels: Path) -> list[_Row]:
    """Reads all rows and checks that no id is listed twice."""
    lines: dict[str, int] = {}
    rows = []
    try:
        for row in _parse(labels):
            if row.image_id in lines:
                raise DataError(
                    f"{quote_value(row.image_id)} is listed twice in {labels.name}, in lines "
                    f"{lines[row.image_id]} and {row.line}: keep one of them."
                )
            lines[row.image_id] = row.line
            rows.append(row)
    except FileNotFoundError:
        raise DataError(f"There is no file {labels}: give the CSV that lists the labels.") from None
    except OSError:
        raise DataError(
            f"{labels} cannot be opened: check that it is a file and that you may read it."
        ) from None
    except (UnicodeDecodeError, csv.Error):
        raise DataError(
            f"{labels.name} cannot be read as CSV: save it in UTF-8, with every quote closed."
        ) from None
    if not rows:
        raise DataError(f"{labels.name} lists no image: give a CSV with a header and rows.")
    return rows


def _parse(labels: Path) -> Iterator[_Row]:
    """Parses a CSV file of either layout row by row."""
    with labels.open(newline="", encoding="utf-8-sig") as file:
        # Strict, because an unclosed quote would otherwise hide all rows after it.
        reader = csv.reader(file, strict=True, skipinitialspace=True)
        first = next((cells for cells in reader if any(map(str.strip, cells))), [])
        header = [name.strip().lower() for name in first]
        is_one_hot = bool(header) and _is_one_hot(header, labels.name)
        for cells in reader:
            values = [cell.strip() for cell in cells]
            if not any(values):
                continue
            line = reader.line_num
            # A decimal comma splits a cell in two and would shift all later cells by one column.
            if any(values[len(header) :]):
                raise DataError(
                    f"Line {line} of {labels.name} has more cells than the header: "
                    "write decimals with a point and quote a text that has a comma."
                )
            row = dict.fromkeys(header, "") | dict(zip(header, values, strict=False))
            image_id = _remove_extension(row["image" if is_one_hot else "image_id"])
            if not image_id:
                raise DataError(f"Line {line} of {labels.name} has no image id: fill it in.")
            where = f"{quote_value(image_id)} (line {line} of {labels.name})"
            label = _read_one_hot(row, where) if is_one_hot else _read_dx(row["dx"], where)
            yield _Row(line, image_id, label, row.get("lesion_id") or image_id)


def _is_one_hot(header: list[str], name: str) -> bool:
    """Returns True for ISIC's layout and False for HAM10000's, or raises if a column is missing."""
    is_one_hot = "dx" not in header and ("image" in header or set(LABELS) <= set(header))
    for column in ("image", *LABELS) if is_one_hot else ("image_id", "dx"):
        if header.count(column) != 1:
            title = column.upper() if column in LABELS else column
            raise DataError(
                f"{name} has the column {title} {header.count(column)} times instead of once: give "
                "the columns image_id and dx, or image, MEL, NV, BCC, AKIEC, BKL, DF and VASC, "
                "separated by commas."
            )
    return is_one_hot


def _read_dx(dx: str, where: str) -> str:
    if dx.lower() not in LABELS:
        raise DataError(
            f"{where} has the diagnosis {quote_value(dx)}: remove the row or give one of "
            f"{', '.join(LABELS)}."
        )
    return dx.lower()


def _read_one_hot(row: dict[str, str], where: str) -> str:
    values = {name: _parse_one_hot_value(row[name]) for name in (*LABELS, UNKNOWN) if name in row}
    unknown = values.pop(UNKNOWN, 0.0)
    if unknown == 1.0:
        raise DataError(
            f"{where} is marked UNK, which is none of the seven classes: remove the row."
        )
    if unknown != 0.0 or sorted(values.values()) != [0.0] * (len(LABELS) - 1) + [1.0]:
        raise DataError(
            f"{where} does not have one class at 1 and all others at 0: correct the row."
        )
    return max(values, key=lambda name: values[name])


def _parse_one_hot_value(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0  # neither 0 nor 1, so `_read_one_hot` raises


def _remove_extension(image_id: str) -> str:
    return Path(image_id).stem if Path(image_id).suffix.lower() in EXTENSIONS else image_id
