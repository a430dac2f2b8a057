"""A folder of photos and a CSV of what they show, in either layout that HAM10000 comes in."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qana.classes import LABELS
from qana.data.csv_tables import shown
from qana.errors import DataError

EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".heic", ".heif"})
UNKNOWN = "unk"
"""ISIC's column for a lesion of no listed class."""


@dataclass(frozen=True)
class LabelledImage:
    """One photo with its diagnosis.

    Attributes:
        image_id: the file's name without extension, such as ISIC_0024306.
        path: the file.
        label: one of `qana.classes.LABELS`.
        lesion_id: equal for all photos of one lesion; the image_id where the CSV has none.
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


def read_labelled(images: Path, labels: Path) -> list[LabelledImage]:
    """Every row of the CSV with its photo, in the order of the CSV.

    Args:
        images: folder with the photos, directly or in subfolders of any depth. Hidden files and
            folders, other kinds of file and photos that the CSV does not list are passed over.
        labels: UTF-8 CSV in HAM10000's layout (image_id, dx, perhaps lesion_id) or that of ISIC's
            ground truth (image, then MEL, NV, BCC, AKIEC, BKL, DF, VASC, one of them 1 and the
            others 0, perhaps UNK). Column order and case are free, other columns are ignored, and
            an id may carry the extension of its file.

    Raises:
        DataError: one of the two is missing or unreadable, a column is missing, a row has no clear
            diagnosis, an id is listed twice, or a listed photo is absent or there twice. One
            sentence that says which and what to do.
    """
    found = _find_images(images)
    rows = _read_rows(labels)
    missing = [row.image_id for row in rows if row.image_id not in found]
    if missing:
        raise DataError(
            f"{len(missing)} of the {len(rows)} images in {labels.name} are missing below "
            f"{images}, {shown(missing[0])} is the first: give the folder that holds all."
        )
    for row in rows:
        if len(paths := found[row.image_id]) > 1:
            first, second = (shown(path.relative_to(images).as_posix()) for path in paths[:2])
            raise DataError(f"{first} and {second} are files of the same id: remove one of them.")
    return [
        LabelledImage(row.image_id, found[row.image_id][0], row.label, row.lesion_id)
        for row in rows
    ]


def _find_images(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = defaultdict(list)
    try:
        next(folder.iterdir(), None)  # rglob would pass over a folder that it cannot open
        for path in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if not hidden and path.suffix.lower() in EXTENSIONS and path.is_file():
                found[path.stem].append(path)
    except OSError:
        raise DataError(
            f"There is no folder {folder} that can be opened: give the one that holds the photos."
        ) from None
    return found


def _read_rows(labels: Path) -> list[_Row]:
    lines: dict[str, int] = {}
    rows = []
    try:
        for row in _parse(labels):
            if row.image_id in lines:
                raise DataError(
                    f"{shown(row.image_id)} is listed twice in {labels.name}, in lines "
                    f"{lines[row.image_id]} and {row.line}: keep one of them."
                )
            lines[row.image_id] = row.line
            rows.append(row)
    except FileNotFoundError:
        raise DataError(f"There is no file {labels}: give the CSV that lists the labels.") from None
    except OSError:
        raise DataError(
            f"{labels} cannot be opened: give a CSV file that you have the right to read."
        ) from None
    except (UnicodeDecodeError, csv.Error):
        raise DataError(
            f"{labels.name} cannot be read as CSV: save it again in UTF-8, with every quote closed."
        ) from None
    if not rows:
        raise DataError(f"{labels.name} lists no image: give a CSV with a header and rows.")
    return rows


def _parse(labels: Path) -> Iterator[_Row]:
    with labels.open(newline="", encoding="utf-8-sig") as file:
        # Strict, as an unclosed quote would otherwise swallow the rows after it unnoticed.
        reader = csv.reader(file, strict=True, skipinitialspace=True)
        first = next((cells for cells in reader if any(map(str.strip, cells))), [])
        header = [name.strip().lower() for name in first]
        is_one_hot = bool(header) and _is_one_hot(header, labels.name)
        for cells in reader:
            values = [cell.strip() for cell in cells]
            if not any(values):
                continue
            line = reader.line_num
            # A decimal comma splits a cell in two, and every later one would be read one off.
            if any(values[len(header) :]):
                raise DataError(
                    f"Line {line} of {labels.name} has more cells than the header: "
                    "write decimals with a point and quote a text that has a comma."
                )
            row = dict.fromkeys(header, "") | dict(zip(header, values, strict=False))
            image_id = _without_extension(row["image" if is_one_hot else "image_id"])
            if not image_id:
                raise DataError(f"Line {line} of {labels.name} has no image id: fill it in.")
            where = f"{shown(image_id)} (line {line} of {labels.name})"
            label = _one_hot_label(row, where) if is_one_hot else _label(row["dx"], where)
            yield _Row(line, image_id, label, row.get("lesion_id") or image_id)


def _is_one_hot(header: list[str], name: str) -> bool:
    """True for ISIC's layout, False for HAM10000's; raises DataError where neither is complete."""
    is_one_hot = "dx" not in header and ("image" in header or set(LABELS) <= set(header))
    for column in ("image", *LABELS) if is_one_hot else ("image_id", "dx"):
        if header.count(column) != 1:
            shown = column.upper() if column in LABELS else column
            raise DataError(
                f"{name} has the column {shown} {header.count(column)} times instead of once: give "
                "commas between image_id and dx, or between image, MEL, NV, BCC, AKIEC, BKL, DF "
                "and VASC."
            )
    return is_one_hot


def _label(dx: str, where: str) -> str:
    if dx.lower() not in LABELS:
        raise DataError(
            f"{where} has the diagnosis {shown(dx)}: leave it out or give one of "
            f"{', '.join(LABELS)}."
        )
    return dx.lower()


def _one_hot_label(row: dict[str, str], where: str) -> str:
    values = {name: _number(row[name]) for name in (*LABELS, UNKNOWN) if name in row}
    unknown = values.pop(UNKNOWN, 0.0)
    if unknown == 1.0:
        raise DataError(f"{where} is marked UNK, so it is of no known class: leave it out.")
    if unknown != 0.0 or sorted(values.values()) != [0.0] * (len(LABELS) - 1) + [1.0]:
        raise DataError(f"{where} does not have one class at 1 and the others at 0: correct it.")
    return max(values, key=lambda name: values[name])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0  # neither 0 nor 1, so the row is refused


def _without_extension(image_id: str) -> str:
    return Path(image_id).stem if Path(image_id).suffix.lower() in EXTENSIONS else image_id
