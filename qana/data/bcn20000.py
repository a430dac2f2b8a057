"""Reads BCN_20000: dermatoscopic photos of a hospital in Barcelona, of lesions hard to diagnose.

Combalia et al., "BCN20000: Dermoscopic lesions in the wild", arXiv 1908.02288 (2019), and
Hernández-Pérez et al., the same title, Sci. Data 11, 641 (2024), doi:10.1038/s41597-024-03387-w.
The photos are those in the training data of the ISIC 2019 challenge, CC BY-NC 4.0.
"""

from pathlib import Path

from qana.data.csv_tables import quote_value, read_table
from qana.data.metadata import (
    JOINED_METADATA,
    drop_repeated,
    get_image_id,
    get_label,
    get_lesion_id,
    get_picture,
    has_columns,
    name_or_unknown,
    parse_optional,
    read_one_hot,
    read_rows,
)
from qana.data.photo import Photo
from qana.data.photo_index import PhotoFolder
from qana.errors import DataError

SOURCE = "bcn20000"
COLUMNS = ("image", "lesion_id", "dx", "diagnosis")
OFFICIAL_METADATA = "ISIC_2019_Training_Metadata.csv"
OFFICIAL_TRUTH = "ISIC_2019_Training_GroundTruth.csv"
OFFICIAL_COLUMNS = ("image", "lesion_id")
LESION_PREFIX = "BCN_"
"""With it begin the lesion ids of BCN_20000, and no others, in the ISIC 2019 challenge."""
LABEL_OF_DIAGNOSIS = {
    "MEL": "mel",
    "NV": "nv",
    "BCC": "bcc",
    "AK": "akiec",
    "BKL": "bkl",
    "DF": "df",
    "VASC": "vasc",
    "SCC": None,
}
"""The label of each diagnosis. SCC has none: invasive squamous cell carcinoma is none of the seven
classes."""


def is_bcn20000(folder: Path) -> bool:
    """Returns whether a folder holds BCN_20000, by the columns of its metadata."""
    official = has_columns(folder / OFFICIAL_METADATA, OFFICIAL_COLUMNS)
    return official or has_columns(folder / JOINED_METADATA, COLUMNS)


def read_bcn20000(root: Path) -> list[Photo]:
    """Reads the list of photos; their pixels are not decoded.

    Args:
        root: folder with the two official tables of the ISIC 2019 challenge, or with one
            metadata.csv that has both, and in subfolders of any name the photos.

    Returns:
        All photos of BCN_20000, in the order of the metadata. Those of the challenge's other
        sources are left out.

    Raises:
        DataError: a table, a column or a photo is missing, or a cell is wrong. The message names
            it.
    """
    rows = read_rows(
        root,
        OFFICIAL_METADATA,
        _join_official_tables,
        COLUMNS,
        "the training data of the ISIC 2019 challenge",
    )
    pictures = PhotoFolder(root)
    return [_make_photo(row, pictures) for row in drop_repeated(rows, "image", "diagnosis")]


def _join_official_tables(root: Path) -> list[dict[str, str]]:
    if not (root / OFFICIAL_TRUTH).is_file():
        raise DataError(f"{OFFICIAL_TRUTH} is missing in {root.name}: put it next to the metadata.")
    rows = read_table(root / OFFICIAL_METADATA, OFFICIAL_COLUMNS)
    truth = read_table(root / OFFICIAL_TRUTH, ("image", *LABEL_OF_DIAGNOSIS))
    row_of = {row["image"]: row for row in truth}
    joined = []
    for row in rows:
        if not row["lesion_id"].startswith(LESION_PREFIX):
            continue
        image = quote_value(row["image"])
        if row["image"] not in row_of:
            raise DataError(f"{image} is missing in {OFFICIAL_TRUTH}: use the official files.")
        diagnosis = read_one_hot(row_of[row["image"]], tuple(LABEL_OF_DIAGNOSIS), image)
        joined.append(
            {
                **row,
                "diagnosis": diagnosis,
                "age": row.get("age_approx", ""),
                "site": row.get("anatom_site_general", ""),
            }
        )
    if not joined:
        raise DataError(f"{OFFICIAL_METADATA} lists no photo of BCN_20000: use the official file.")
    return joined


def _make_photo(row: dict[str, str], pictures: PhotoFolder) -> Photo:
    path = get_picture(pictures, row["image"])
    image_id = get_image_id(row["image"], path)
    image = quote_value(row["image"])
    return Photo(
        image_id=image_id,
        lesion_id=get_lesion_id(row["lesion_id"], image_id),
        label=get_label(row["diagnosis"], LABEL_OF_DIAGNOSIS, image),
        confirmed_by="",
        age=parse_optional(row.get("age"), f"The age of {image}"),
        sex=name_or_unknown(row.get("sex")),
        site=name_or_unknown(row.get("site")),
        path=path,
        mask=None,
        source=SOURCE,
        diagnosis=row["diagnosis"],
    )
