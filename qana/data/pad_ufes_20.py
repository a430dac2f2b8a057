"""Reads PAD-UFES-20: phone photos of lesions, with the patient of each.

Pacheco et al., "PAD-UFES-20: A skin lesion dataset composed of patient data and clinical images
collected from smartphones", Data in Brief 32 (2020) 106221, doi:10.1016/j.dib.2020.106221,
CC BY 4.0.
"""

from pathlib import Path

from qana.data.csv_tables import quote_value, read_table
from qana.data.metadata import (
    drop_repeated,
    get_image_id,
    get_label,
    get_picture,
    has_columns,
    name_or_unknown,
    parse_class,
    parse_optional,
)
from qana.data.photo import SMARTPHONE, Photo
from qana.data.photo_files import clean_image_id
from qana.data.photo_index import PhotoFolder
from qana.errors import DataError

METADATA = "metadata.csv"
COLUMNS = ("diagnostic", "patient_id", "lesion_id")
IMAGE_COLUMNS = ("image_id", "img_id")
"""Possible names of the column of image ids. The official file has the second and adds .png."""
SKIN_TYPE_COLUMNS = ("fitspatrick", "fitzpatrick")
"""Possible names of the column of skin types. The official file has the first."""
LABEL_OF_DIAGNOSIS = {
    "ACK": "akiec",
    "BCC": "bcc",
    "MEL": "mel",
    "NEV": "nv",
    "SEK": "bkl",
    "SCC": None,
}
"""The label of each diagnosis. SCC has none: it is invasive carcinoma and includes some Bowen's
disease, and of the seven classes only akiec includes the latter."""
CONFIRMED_BY = {"True": "histo", "False": "consensus"}
"""How a diagnosis was made, from the column biopsed: without a biopsy, dermatologists agreed."""


def is_pad_ufes(folder: Path) -> bool:
    """Returns whether a folder holds PAD-UFES-20, by the columns of its metadata."""
    return has_columns(folder / METADATA, COLUMNS)


def read_pad_ufes(root: Path) -> list[Photo]:
    """Reads the list of photos; their pixels are not decoded.

    Args:
        root: folder with metadata.csv and, in subfolders of any name, the photos.

    Returns:
        All photos, in the order of the metadata.

    Raises:
        DataError: the metadata, a column or a photo is missing, or a diagnosis is none of the six.
            The message says which.
    """
    rows, image_column = _read_rows(root)
    pictures = PhotoFolder(root)
    rows = drop_repeated(rows, image_column, "diagnostic")
    return [_make_photo(row, row[image_column], pictures) for row in rows]


def _make_photo(row: dict[str, str], cell: str, pictures: PhotoFolder) -> Photo:
    path = get_picture(pictures, clean_image_id(cell))
    image_id = get_image_id(cell, path)
    image = quote_value(image_id)
    diagnosis = row["diagnostic"]
    skin_type = next((row[name] for name in SKIN_TYPE_COLUMNS if row.get(name)), None)
    return Photo(
        image_id=image_id,
        lesion_id=f"{row['patient_id']}/{row['lesion_id']}",
        label=get_label(diagnosis, LABEL_OF_DIAGNOSIS, image),
        confirmed_by=CONFIRMED_BY.get(row.get("biopsed", ""), ""),
        age=parse_optional(row.get("age"), f"The age of {image}"),
        sex=name_or_unknown(row.get("gender")),
        site=name_or_unknown(row.get("region")),
        path=path,
        mask=None,
        source="pad_ufes_20",
        image_type=SMARTPHONE,
        patient_id=row["patient_id"],
        diagnosis=diagnosis,
        fitzpatrick=parse_class(skin_type, f"The skin type of {image}", 1, 6),
    )


def _read_rows(root: Path) -> tuple[list[dict[str, str]], str]:
    """Reads the metadata and finds the column of image ids."""
    path = root / METADATA
    if not path.is_file():
        raise DataError(
            f"{METADATA} is missing in {root.name}: give the folder that holds PAD-UFES-20 "
            "(doi:10.17632/zr7vgbcyr2.1)."
        )
    rows = read_table(path, COLUMNS)
    image_column = next((name for name in IMAGE_COLUMNS if name in rows[0]), None)
    if image_column is None:
        raise DataError(f"{METADATA} lacks the column {IMAGE_COLUMNS[0]}: use the official file.")
    return rows, image_column
