"""HAM10000 in the layout of its official download."""

from dataclasses import dataclass
from pathlib import Path

from qana.classes import LABELS
from qana.data.csv_tables import number, read_table, shown
from qana.errors import DataError

METADATA = "HAM10000_metadata.csv"
METADATA_ALTERNATIVE = "HAM10000_metadata"
"""The Dataverse file carries no extension."""
MASKS = "HAM10000_segmentations_lesion_tschandl"
COLUMNS = ("lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization")


@dataclass(frozen=True)
class Photo:
    """One dermatoscopic image and what is recorded of it.

    Attributes:
        image_id: such as ISIC_0024306.
        lesion_id: such as HAM_0000118; a lesion may have several photos.
        label: one of `qana.classes.LABELS`.
        confirmed_by: histo, follow_up, consensus or confocal (`dx_type` of the metadata).
        age: years, None where unknown.
        sex: male, female or unknown.
        site: body site, as the metadata words it.
        path: the JPEG.
        mask: the lesion's outline as PNG, None where the masks are not there.
    """

    image_id: str
    lesion_id: str
    label: str
    confirmed_by: str
    age: float | None
    sex: str
    site: str
    path: Path
    mask: Path | None


def read_ham10000(root: Path) -> list[Photo]:
    """Every photo of the data set, in the order of the metadata.

    Args:
        root: the folder with `HAM10000_metadata.csv` and the images, in
            `HAM10000_images_part_1` and `_part_2` or in any one folder below.

    Raises:
        DataError: the folder, the metadata, one of its columns or an image is missing, or a
            diagnosis is none of the seven. One sentence that says which.
    """
    rows = _read_metadata(root)
    images = {path.stem: path for path in sorted(root.rglob("*.jpg"))}
    missing = [row["image_id"] for row in rows if row["image_id"] not in images]
    if missing:
        raise DataError(
            f"{len(missing)} of {len(rows)} images are missing below {root.name}, "
            f"{shown(f'{missing[0]}.jpg')} is the first: unpack both HAM10000_images_part archives "
            "there."
        )
    masks = root / MASKS
    return [_photo(row, images[row["image_id"]], masks) for row in rows]


def _read_metadata(root: Path) -> list[dict[str, str]]:
    if not root.is_dir():
        raise DataError(f"There is no folder {root}: give the folder that HAM10000 is unpacked in.")
    found = [root / name for name in (METADATA, METADATA_ALTERNATIVE) if (root / name).is_file()]
    if not found:
        raise DataError(
            f"{METADATA} is missing in {root.name}: download it from "
            "doi:10.7910/DVN/DBW86T and put it beside the image folders."
        )
    return read_table(found[0], COLUMNS)


def _photo(row: dict[str, str], path: Path, masks: Path) -> Photo:
    if row["dx"] not in LABELS:
        raise DataError(
            f"{shown(row['image_id'])} has the diagnosis {shown(row['dx'])}, which is none of "
            f"{', '.join(LABELS)}: take the official metadata."
        )
    mask = masks / f"{row['image_id']}_segmentation.png"
    return Photo(
        image_id=row["image_id"],
        lesion_id=row["lesion_id"],
        label=row["dx"],
        confirmed_by=row["dx_type"],
        age=number(row["age"], f"The age of {shown(row['image_id'])}") if row["age"] else None,
        sex=row["sex"],
        site=row["localization"],
        path=path,
        mask=mask if mask.is_file() else None,
    )
