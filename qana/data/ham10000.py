"""Reads HAM10000 in the layout of its official download (doi:10.7910/DVN/DBW86T)."""

from pathlib import Path

from qana.classes import LABELS
from qana.data.csv_tables import quote_value, read_table
from qana.data.metadata import (
    drop_repeated,
    find_picture,
    get_image_id,
    get_label,
    get_lesion_id,
    parse_optional,
)
from qana.data.photo import Photo
from qana.data.photo_index import PhotoFolder
from qana.errors import DataError

METADATA = "HAM10000_metadata.csv"
METADATA_NAMES = (METADATA, "HAM10000_metadata", "HAM10000_metadata.tab")
"""Names of the file: Dataverse serves it without an extension or as a tab-separated table."""
MASKS = "HAM10000_segmentations_lesion_tschandl"
"""Folder of the lesion masks."""
COLUMNS = ("lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization")
"""Columns of the metadata that are read."""


def is_ham10000(folder: Path) -> bool:
    """Returns whether a folder holds HAM10000, by the name of its metadata."""
    return any((folder / name).is_file() for name in METADATA_NAMES)


def read_ham10000(root: Path) -> list[Photo]:
    """Reads the list of photos; their pixels are not decoded.

    Args:
        root: folder with `HAM10000_metadata.csv` and, in subfolders of any name, the photos.

    Returns:
        All photos, in the order of the metadata.

    Raises:
        DataError: the folder, the metadata, a column or a photo is missing, a photo is there or
            listed twice and differs, or a diagnosis is none of the seven. The message says which.
    """
    rows = drop_repeated(_read_metadata(root), "image_id", "dx")
    pictures = PhotoFolder(root)
    found = [(row, find_picture(pictures, row["image_id"])) for row in rows]
    missing = [row["image_id"] for row, path in found if path is None]
    if missing:
        raise DataError(
            f"{len(missing)} of {len(rows)} images are missing in {root.name}, the first is "
            f"{quote_value(missing[0])}: unpack both HAM10000_images_part archives there."
        )
    masks = root / MASKS
    return [_make_photo(row, path, masks) for row, path in found if path is not None]


def _read_metadata(root: Path) -> list[dict[str, str]]:
    if not root.is_dir():
        raise DataError(f"There is no folder {root}: give the folder that holds HAM10000.")
    found = [root / name for name in METADATA_NAMES if (root / name).is_file()]
    if not found:
        raise DataError(
            f"{METADATA} is missing in {root.name}: download it from "
            "doi:10.7910/DVN/DBW86T and put it next to the image folders."
        )
    return read_table(found[0], COLUMNS)


def _make_photo(row: dict[str, str], path: Path, masks: Path) -> Photo:
    image = quote_value(row["image_id"])
    image_id = get_image_id(row["image_id"], path)
    label = get_label(row["dx"], {label: label for label in LABELS}, image)
    mask = masks / f"{image_id}_segmentation.png"
    return Photo(
        image_id=image_id,
        lesion_id=get_lesion_id(row["lesion_id"], image_id),
        label=label,
        confirmed_by=row["dx_type"],
        age=parse_optional(row["age"], f"The age of {image}"),
        sex=row["sex"],
        site=row["localization"],
        path=path,
        mask=mask if mask.is_file() else None,
        diagnosis=row["dx"],
    )
