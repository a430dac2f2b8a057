"""PAD-UFES-20: photos of lesions taken with phones, by patient.

Pacheco et al., "PAD-UFES-20: A skin lesion dataset composed of patient data and clinical images
collected from smartphones", Data in Brief 32 (2020) 106221, CC BY 4.0.
"""

from dataclasses import dataclass
from pathlib import Path

from qana.data.csv_tables import number, read_table, shown
from qana.errors import DataError

METADATA = "metadata.csv"
COLUMNS = ("diagnostic", "patient_id", "lesion_id")
IDENTITY = ("image_id", "img_id")
"""The photo's column: ours, and the official file's, which adds .png."""
SKIN_TYPE = ("fitspatrick", "fitzpatrick")
"""As the official file spells it, and as it is spelt."""
MEANINGS = {"ACK": "akiec", "BCC": "bcc", "MEL": "mel", "NEV": "nv", "SEK": "bkl", "SCC": None}
"""Diagnoses in our labels. SCC has none: it is invasive carcinoma, with some Bowen's disease in it,
and of the seven classes only akiec holds the latter."""


@dataclass(frozen=True)
class ClinicalPhoto:
    """One photo.

    Attributes:
        image_id: the file's stem.
        patient_id: such as PAT_104; a patient may have several lesions.
        lesion_id: unique over all patients.
        diagnosis: ACK, BCC, MEL, NEV, SEK or SCC.
        label: one of `qana.classes.LABELS`; None for SCC.
        skin_type: Fitzpatrick's, 1 to 6; None where it is not recorded.
        path: the picture.
    """

    image_id: str
    patient_id: str
    lesion_id: str
    diagnosis: str
    label: str | None
    skin_type: int | None
    path: Path


def read_pad_ufes(root: Path) -> list[ClinicalPhoto]:
    """Every photo of the metadata, in its order.

    Args:
        root: the folder with metadata.csv and the pictures in any folder below.

    Raises:
        DataError: the metadata, one of its columns or a picture is missing, or a diagnosis is none
            of the six. One sentence that says which.
    """
    rows, identity = _rows(root)
    pictures = {
        path.stem: path
        for path in sorted(root.rglob("*"))
        if path.suffix.lower() in (".png", ".jpg", ".jpeg")
    }
    photos = []
    for row in rows:
        image_id = Path(row[identity]).stem
        if image_id not in pictures:
            raise DataError(
                f"The picture of {shown(image_id)} is missing below {root.name}: unpack all of its "
                "image folders there."
            )
        if row["diagnostic"] not in MEANINGS:
            raise DataError(
                f"{shown(image_id)} has the diagnosis {shown(row['diagnostic'])}, which is none "
                f"of {', '.join(MEANINGS)}: take the official metadata."
            )
        skin_type = next((row[name] for name in SKIN_TYPE if row.get(name)), None)
        where = f"The skin type of {shown(image_id)}"
        photos.append(
            ClinicalPhoto(
                image_id=image_id,
                patient_id=row["patient_id"],
                lesion_id=f"{row['patient_id']}/{row['lesion_id']}",
                diagnosis=row["diagnostic"],
                label=MEANINGS[row["diagnostic"]],
                skin_type=int(number(skin_type, where)) if skin_type else None,
                path=pictures[image_id],
            )
        )
    return photos


def _rows(root: Path) -> tuple[list[dict[str, str]], str]:
    path = root / METADATA
    if not path.is_file():
        raise DataError(
            f"{METADATA} is missing in {root.name}: give the folder that PAD-UFES-20 "
            "(doi:10.17632/zr7vgbcyr2.1) is unpacked in."
        )
    rows = read_table(path, COLUMNS)
    identity = next((name for name in IDENTITY if name in rows[0]), None)
    if identity is None:
        raise DataError(f"{METADATA} lacks the column {IDENTITY[0]}: take the official file.")
    return rows, identity
