"""PAD-UFES-20 is read as published, and each fault of the folder is named."""

import csv
from pathlib import Path

import pytest
from PIL import Image

from qana.data.pad_ufes_20 import read_pad_ufes
from qana.errors import DataError

OFFICIAL = ("patient_id", "lesion_id", "diagnostic", "fitspatrick", "img_id")


def _folder(root: Path, rows: list[tuple], columns=OFFICIAL, pictures: bool = True) -> Path:
    with (root / "metadata.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    (root / "imgs_part_1").mkdir()
    for row in rows if pictures else ():
        Image.new("RGB", (8, 8)).save(root / "imgs_part_1" / row[-1])
    return root


def test_the_official_layout(tmp_path: Path) -> None:
    rows = [
        ("PAT_1", "7", "ACK", "2.0", "PAT_1_7_1.png"),
        ("PAT_1", "8", "SCC", "", "PAT_1_8_2.png"),
        ("PAT_2", "7", "NEV", "3", "PAT_2_7_3.png"),
    ]
    keratosis, carcinoma, nevus = read_pad_ufes(_folder(tmp_path, rows))
    assert (keratosis.label, keratosis.fitzpatrick) == ("akiec", 2)
    assert (carcinoma.label, carcinoma.fitzpatrick) == (None, None)
    assert nevus.label == "nv" and nevus.path.name == "PAT_2_7_3.png"
    assert keratosis.lesion_id != nevus.lesion_id


@pytest.mark.parametrize(
    "rows, columns, pictures, message",
    [
        ([], OFFICIAL, True, "lists no picture"),
        ([("P", "1", "XYZ", "", "a.png")], OFFICIAL, True, "'XYZ', which is not one of"),
        ([("P", "1", "ACK", "II", "a.png")], OFFICIAL, True, "'II', not a number"),
        ([("P", "1", "ACK", "inf", "a.png")], OFFICIAL, True, "'inf', not a number"),
        ([("P", "1", "ACK", "", "\0")], OFFICIAL, False, "not a text table"),
        ([("P", "1", "ACK", "7", "a.png")], OFFICIAL, True, "not a whole number from 1 to 6"),
        ([("P",)], OFFICIAL, False, "picture of '' is missing"),
        ([("P", "1", "ACK", "", "a.png")], OFFICIAL, False, "picture of 'a' is missing"),
        (
            [("P", "1", "2", "a.png")],
            ("patient_id", "lesion_id", "f", "img_id"),
            True,
            "diagnostic",
        ),
        ([("P", "1", "ACK")], ("patient_id", "lesion_id", "diagnostic"), False, "image_id"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, rows, columns, pictures, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_pad_ufes(_folder(tmp_path, rows, columns, pictures))


def test_a_folder_without_metadata(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"metadata\.csv is missing"):
        read_pad_ufes(tmp_path)
