"""Reads PAD-UFES-20: phone photos of lesions, with the patient of each.

Pacheco et al., "PAD-UFES-20: A skin lesion dataset composed of patient data and clinical images
collected from smartphones", Data in Brief 32 (2020) 106221, doi:10.1016/j.dib.2020.106221,
CC BY 4.0.
"""

from dataclasses import dataclass
from pathlib import Path

from qana.data.csv_tables import parse_number, quote_value, read_table
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


@dataclass(frozen=True)
class ClinicalPhoto:
    """One phone photo and its metadata.

    Attributes:
        image_id: name of the file without its extension.
        patient_id: identifier of the patient, such as "PAT_104". A patient may have several
            lesions.
        lesion_id: identifier of the lesion, unique among all patients.
        diagnosis: "ACK", "BCC", "MEL", "NEV", "SEK" or "SCC".
        label: one of `qana.classes.LABELS`; None for SCC.
        skin_type: Fitzpatrick skin type, 1 to 6; None if it is not recorded.
        path: image file.
    """

    image_id: str
    patient_id: str
    lesion_id: str
    diagnosis: str
    label: str | None
    skin_type: int | None
    path: Path


def read_pad_ufes(root: Path) -> list[ClinicalPhoto]:
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
    pictures = {
        path.stem: path
        for path in sorted(root.rglob("*"))
        if path.suffix.lower() in (".png", ".jpg", ".jpeg")
    }
    photos = []
    for row in rows:
        image_id = Path(row[image_column]).stem
        if image_id not in pictures:
            raise DataError(
                f"The picture of {quote_value(image_id)} is missing in {root.name}: unpack all of "
                "its image folders there."
            )
        diagnosis = row["diagnostic"]
        if diagnosis not in LABEL_OF_DIAGNOSIS:
            raise DataError(
                f"{quote_value(image_id)} has the diagnosis {quote_value(diagnosis)}, which is "
                f"not one of {', '.join(LABEL_OF_DIAGNOSIS)}: use the official metadata."
            )
        skin_type = next((row[name] for name in SKIN_TYPE_COLUMNS if row.get(name)), None)
        where = f"The skin type of {quote_value(image_id)}"
        photos.append(
            ClinicalPhoto(
                image_id=image_id,
                patient_id=row["patient_id"],
                lesion_id=f"{row['patient_id']}/{row['lesion_id']}",
                diagnosis=diagnosis,
                label=LABEL_OF_DIAGNOSIS[diagnosis],
                skin_type=int(parse_number(skin_type, where)) if skin_type else None,
                path=pictures[image_id],
            )
        )
    return photos


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
