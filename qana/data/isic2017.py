"""Reads the training data of the ISIC 2017 challenge: dermatoscopic photos of several clinics.

Codella et al., "Skin lesion analysis toward melanoma detection: A challenge at the 2017
International Symposium on Biomedical Imaging (ISBI), hosted by the International Skin Imaging
Collaboration (ISIC)", arXiv 1710.05006, CC BY-NC 4.0.
"""

from pathlib import Path

from qana.classes import LABELS
from qana.data.csv_tables import parse_number, quote_value, read_table
from qana.data.metadata import (
    JOINED_METADATA,
    UNKNOWN,
    drop_repeated,
    get_image_id,
    get_label,
    get_lesion_id,
    get_picture,
    has_columns,
    name_or_unknown,
    parse_optional,
    read_rows,
)
from qana.data.photo import Photo
from qana.data.photo_index import PhotoFolder

SOURCE = "isic2017"
COLUMNS = ("image", "lesion_id", "dx")
OFFICIAL_TRUTH = "ISIC-2017_Training_Part3_GroundTruth.csv"
OFFICIAL_COLUMNS = ("image_id", "melanoma", "seborrheic_keratosis")
OFFICIAL_METADATA = "ISIC-2017_Training_Data_metadata.csv"
"""Age and sex of the official download, among the photos or next to their folder."""


def is_isic2017(folder: Path) -> bool:
    """Returns whether a folder holds the ISIC 2017 challenge, by the columns of its tables."""
    if has_columns(folder / OFFICIAL_TRUTH, OFFICIAL_COLUMNS):
        return True
    # BCN_20000 has the same columns and "diagnosis".
    joined = folder / JOINED_METADATA
    return has_columns(joined, COLUMNS) and not has_columns(joined, ("diagnosis",))


def read_isic2017(root: Path) -> list[Photo]:
    """Reads the list of photos; their pixels are not decoded.

    The lesion of most photos is not recorded. Each of these counts as a lesion of its own.

    Args:
        root: folder with the official tables, or with a metadata.csv that has the labels and
            lesions of the ISIC 2019 challenge, and in subfolders of any name the photos.

    Returns:
        All photos, in the order of the table.

    Raises:
        DataError: a table, a column or a photo is missing, or a cell is wrong. The message names
            it.
    """
    rows = read_rows(
        root,
        OFFICIAL_TRUTH,
        _join_official_tables,
        COLUMNS,
        "the training data of the ISIC 2017 challenge",
    )
    pictures = PhotoFolder(root)
    return [_make_photo(row, pictures) for row in drop_repeated(rows, "image", "dx")]


def _join_official_tables(root: Path) -> list[dict[str, str]]:
    rows = read_table(root / OFFICIAL_TRUTH, OFFICIAL_COLUMNS)
    metadata = next(iter(sorted(root.rglob(OFFICIAL_METADATA))), None)
    people = {}
    if metadata is not None:
        people = {row["image_id"]: row for row in read_table(metadata, ("image_id",))}
    joined = []
    for row in rows:
        person = people.get(row["image_id"], {})
        age = person.get("age_approximate", "")
        joined.append(
            {
                "image": row["image_id"],
                "lesion_id": "",
                "dx": _read_diagnosis(row),
                "age": "" if age == UNKNOWN else age,
                "sex": person.get("sex", ""),
            }
        )
    return joined


def _read_diagnosis(row: dict[str, str]) -> str:
    """Reads the two binary labels of a row: what is neither is a nevus."""
    where = quote_value(row["image_id"])
    if parse_number(row["melanoma"], f"melanoma of {where}") == 1:
        return "mel"
    keratosis = parse_number(row["seborrheic_keratosis"], f"seborrheic_keratosis of {where}")
    return "bkl" if keratosis == 1 else "nv"


def _make_photo(row: dict[str, str], pictures: PhotoFolder) -> Photo:
    path = get_picture(pictures, row["image"])
    image_id = get_image_id(row["image"], path)
    image = quote_value(row["image"])
    return Photo(
        image_id=image_id,
        lesion_id=get_lesion_id(row["lesion_id"], image_id),
        label=get_label(row["dx"], {label: label for label in LABELS}, image),
        confirmed_by="",
        age=parse_optional(row.get("age"), f"The age of {image}"),
        sex=name_or_unknown(row.get("sex")),
        site=name_or_unknown(row.get("site")),
        path=path,
        mask=None,
        source=SOURCE,
        diagnosis=row["dx"],
    )
