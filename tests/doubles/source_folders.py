"""Small data sets in their official and their plain layout."""

import csv
from pathlib import Path

from PIL import Image

from qana.data.milk10k import CONCEPT_COLUMNS, LABEL_OF_DIAGNOSIS

MILK_COLUMNS = (
    "isic_id",
    "lesion_id",
    "image_type",
    "age_approx",
    "sex",
    "skin_tone_class",
    "site",
)
MILK_ROWS = (
    ("ISIC_1", "IL_1", "clinical: close-up", "70", "male", "1", "trunk"),
    ("ISIC_2", "IL_1", "dermoscopic", "70", "male", "1", "trunk"),
    ("ISIC_3", "IL_2", "dermoscopic", "", "", "", ""),
)
BCN_CLASSES = ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC", "UNK")


def _write_table(path: Path, columns: tuple[str, ...], rows: list[tuple]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def _write_pictures(folder: Path, names: list[str], ending: str = "jpg") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("RGB", (8, 8)).save(folder / f"{name}.{ending}")


def write_milk(root: Path) -> Path:
    concepts = tuple(CONCEPT_COLUMNS.values())
    scores = tuple(f"0.{number}" for number in range(1, 8))
    diagnoses = {"IL_1": ("bcc", "BCC"), "IL_2": ("", "SCCKA")}
    rows = [(*row, *diagnoses[row[1]], "histopathology", *scores) for row in MILK_ROWS]
    columns = (*MILK_COLUMNS, "dx", "diagnosis", "diagnosis_confirm_type", *concepts)
    _write_table(root / "metadata.csv", columns, rows)
    _write_pictures(root / "images", ["ISIC_1", "ISIC_2", "ISIC_3"])
    return root


def write_official_milk(root: Path) -> Path:
    _write_table(root / "MILK10k_Training_Metadata.csv", MILK_COLUMNS, list(MILK_ROWS))
    kinds = tuple(LABEL_OF_DIAGNOSIS)
    truth = [
        (lesion, *(f"{float(kind == one)}" for kind in kinds))
        for lesion, one in (("IL_1", "BCC"), ("IL_2", "SCCKA"))
    ]
    _write_table(root / "MILK10k_Training_GroundTruth.csv", ("lesion_id", *kinds), truth)
    confirmed = [(row[0], "histopathology") for row in MILK_ROWS]
    columns = ("isic_id", "diagnosis_confirm_type")
    _write_table(root / "MILK10k_Training_Supplement.csv", columns, confirmed)
    for image, lesion, *_ in MILK_ROWS:
        _write_pictures(root / "MILK10k_Training_Input" / lesion, [image])
    return root


def write_bcn(root: Path) -> Path:
    columns = ("image", "lesion_id", "dx", "diagnosis", "sex", "age", "site")
    rows = [
        ("ISIC_5", "BCN_1", "akiec", "AK", "female", "85", "head/neck"),
        ("ISIC_6", "BCN_2", "", "SCC", "", "", ""),
    ]
    _write_table(root / "metadata.csv", columns, rows)
    _write_pictures(root / "images", ["ISIC_5", "ISIC_6"])
    return root


def write_official_bcn(root: Path) -> Path:
    columns = ("image", "age_approx", "anatom_site_general", "lesion_id", "sex")
    rows = [
        ("ISIC_5", "85.0", "head/neck", "BCN_1", "female"),
        ("ISIC_6", "", "", "BCN_2", ""),
        ("ISIC_7", "40.0", "", "HAM_1", "male"),
        ("ISIC_8", "40.0", "", "", "male"),
    ]
    _write_table(root / "ISIC_2019_Training_Metadata.csv", columns, rows)
    kinds = {"ISIC_5": "AK", "ISIC_6": "SCC", "ISIC_7": "NV", "ISIC_8": "NV"}
    truth = [(i, *(float(name == kind) for name in BCN_CLASSES)) for i, kind in kinds.items()]
    _write_table(root / "ISIC_2019_Training_GroundTruth.csv", ("image", *BCN_CLASSES), truth)
    _write_pictures(root / "ISIC_2019_Training_Input", list(kinds))
    return root


def write_isic(root: Path) -> Path:
    columns = ("image", "lesion_id", "dx", "sex", "age", "site")
    rows = [
        ("ISIC_9", "MSK4_1", "mel", "female", "55", "anterior torso"),
        ("ISIC_10", "", "bkl", "", "", ""),
        ("ISIC_11", "", "nv", "male", "30", ""),
    ]
    _write_table(root / "metadata.csv", columns, rows)
    _write_pictures(root / "images", ["ISIC_9", "ISIC_10", "ISIC_11"])
    return root


def write_official_isic(root: Path) -> Path:
    rows = [("ISIC_9", "1.0", "0.0"), ("ISIC_10", "0.0", "1.0"), ("ISIC_11", "0.0", "0.0")]
    columns = ("image_id", "melanoma", "seborrheic_keratosis")
    _write_table(root / "ISIC-2017_Training_Part3_GroundTruth.csv", columns, rows)
    people = [("ISIC_9", "55", "female"), ("ISIC_10", "unknown", "unknown")]
    images = root / "ISIC-2017_Training_Data"
    columns = ("image_id", "age_approximate", "sex")
    _write_table(images / "ISIC-2017_Training_Data_metadata.csv", columns, people)
    _write_pictures(images, ["ISIC_9", "ISIC_10", "ISIC_11"])
    _write_pictures(images, ["ISIC_9_superpixels"], "png")
    return root


def write_pad(root: Path) -> Path:
    columns = ("image_id", "diagnostic", "patient_id", "lesion_id", "age", "gender", "biopsed")
    rows = [("PAT_1_1_1", "SCC", "PAT_1", "1", "63", "FEMALE", "True")]
    _write_table(root / "metadata.csv", columns, rows)
    _write_pictures(root / "images", ["PAT_1_1_1"])
    return root
