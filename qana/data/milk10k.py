"""Reads MILK10k: each lesion once through a dermatoscope and once as a clinical close-up.

MILK study team, "MILK10k", ISIC Archive (2025), doi:10.34970/648456, CC BY-NC 4.0.
"""

from pathlib import Path

from qana.data.csv_tables import parse_number, quote_value, read_table
from qana.data.metadata import (
    JOINED_METADATA,
    drop_repeated,
    get_image_id,
    get_label,
    get_picture,
    has_columns,
    name_or_unknown,
    parse_class,
    parse_optional,
    read_one_hot,
    read_rows,
)
from qana.data.photo import CLOSE_UP, DERMOSCOPIC, Photo
from qana.data.photo_index import PhotoFolder
from qana.errors import DataError

SOURCE = "milk10k"
OFFICIAL_METADATA = "MILK10k_Training_Metadata.csv"
OFFICIAL_TRUTH = "MILK10k_Training_GroundTruth.csv"
"""The official download's diagnoses, one row for each lesion."""
OFFICIAL_SUPPLEMENT = "MILK10k_Training_Supplement.csv"
"""How each diagnosis of the official download was made. It may be missing."""
OFFICIAL_COLUMNS = ("isic_id", "lesion_id", "image_type", "skin_tone_class")
COLUMNS = (*OFFICIAL_COLUMNS, "diagnosis")
IMAGE_TYPE_OF = {"dermoscopic": DERMOSCOPIC, "clinical: close-up": CLOSE_UP}
LABEL_OF_DIAGNOSIS = {
    "AKIEC": "akiec",
    "BCC": "bcc",
    "BEN_OTH": None,
    "BKL": "bkl",
    "DF": "df",
    "INF": None,
    "MAL_OTH": None,
    "MEL": "mel",
    "NV": "nv",
    "SCCKA": None,
    "VASC": "vasc",
}
"""The label of each diagnosis. SCCKA (invasive squamous cell carcinoma and keratoacanthoma) and the
three mixed diagnoses are none of the seven classes."""
CONCEPT_COLUMNS = {
    "ulceration": "MONET_ulceration_crust",
    "hair": "MONET_hair",
    "vessels": "MONET_vasculature_vessels",
    "erythema": "MONET_erythema",
    "pigmented": "MONET_pigmented",
    "gel": "MONET_gel_water_drop_fluid_dermoscopy_liquid",
    "pen": "MONET_skin_markings_pen_ink_purple_pen",
}
"""Column of each concept's score. MONET (Kim et al., Nat. Med. 30 (2024),
doi:10.1038/s41591-024-02887-x) estimated them from the pixels; nobody has checked them."""
CONFIRMED_BY = {"histopathology": "histo"}


def is_milk10k(folder: Path) -> bool:
    """Returns whether a folder holds MILK10k, by the columns of its metadata."""
    official = has_columns(folder / OFFICIAL_METADATA, OFFICIAL_COLUMNS)
    return official or has_columns(folder / JOINED_METADATA, COLUMNS)


def read_milk10k(root: Path) -> list[Photo]:
    """Reads the list of photos; their pixels are not decoded.

    Args:
        root: folder with the three official tables, or with one metadata.csv that also has the
            diagnoses, and in subfolders of any name the photos.

    Returns:
        All photos, in the order of the metadata.

    Raises:
        DataError: a table, a column or a photo is missing, or a cell is wrong. The message names
            it.
    """
    rows = read_rows(
        root, OFFICIAL_METADATA, _join_official_tables, COLUMNS, "MILK10k (doi:10.34970/648456)"
    )
    pictures = PhotoFolder(root)
    return [_make_photo(row, pictures) for row in drop_repeated(rows, "isic_id", "diagnosis")]


def _join_official_tables(root: Path) -> list[dict[str, str]]:
    rows = read_table(root / OFFICIAL_METADATA, OFFICIAL_COLUMNS)
    if not (root / OFFICIAL_TRUTH).is_file():
        raise DataError(f"{OFFICIAL_TRUTH} is missing in {root.name}: put it next to the metadata.")
    truth = read_table(root / OFFICIAL_TRUTH, ("lesion_id", *LABEL_OF_DIAGNOSIS))
    diagnoses = {
        row["lesion_id"]: read_one_hot(
            row, tuple(LABEL_OF_DIAGNOSIS), quote_value(row["lesion_id"])
        )
        for row in truth
    }
    confirmed = {}
    if (root / OFFICIAL_SUPPLEMENT).is_file():
        supplement = read_table(root / OFFICIAL_SUPPLEMENT, ("isic_id",))
        confirmed = {row["isic_id"]: row.get("diagnosis_confirm_type", "") for row in supplement}
    return [
        {
            **row,
            "diagnosis": diagnoses.get(row["lesion_id"], ""),
            "diagnosis_confirm_type": confirmed.get(row["isic_id"], ""),
        }
        for row in rows
    ]


def _make_photo(row: dict[str, str], pictures: PhotoFolder) -> Photo:
    path = get_picture(pictures, row["isic_id"])
    image_id = get_image_id(row["isic_id"], path)
    image = quote_value(row["isic_id"])
    if row["image_type"] not in IMAGE_TYPE_OF:
        raise DataError(
            f"{image} has the image type {quote_value(row['image_type'])}, which is not one of "
            f"{', '.join(IMAGE_TYPE_OF)}: use the official metadata."
        )
    confirmed_by = row.get("diagnosis_confirm_type", "")
    return Photo(
        image_id=image_id,
        lesion_id=row["lesion_id"],
        label=get_label(row["diagnosis"], LABEL_OF_DIAGNOSIS, image),
        confirmed_by=CONFIRMED_BY.get(confirmed_by, confirmed_by),
        age=parse_optional(row.get("age_approx"), f"The age of {image}"),
        sex=name_or_unknown(row.get("sex")),
        site=name_or_unknown(row.get("site")),
        path=path,
        mask=None,
        source=SOURCE,
        image_type=IMAGE_TYPE_OF[row["image_type"]],
        diagnosis=row["diagnosis"],
        skin_tone=parse_class(row["skin_tone_class"], f"The skin tone of {image}", 0, 5),
        concepts=_read_concepts(row, image),
    )


def _read_concepts(row: dict[str, str], image: str) -> dict[str, float] | None:
    """Reads the MONET scores that the row has."""
    scores = {
        concept: parse_number(row[column], f"{column} of {image}")
        for concept, column in CONCEPT_COLUMNS.items()
        if row.get(column)
    }
    return scores or None
