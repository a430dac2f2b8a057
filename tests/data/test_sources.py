"""Each data set is found by its content and read from its official and its plain layout."""

import csv
from pathlib import Path

import pytest
from PIL import Image

from qana.data.bcn20000 import read_bcn20000
from qana.data.isic2017 import read_isic2017
from qana.data.milk10k import CONCEPT_COLUMNS, LABEL_OF_DIAGNOSIS, read_milk10k
from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE
from qana.data.source_names import TITLES
from qana.data.sources import SOURCES, find_sources, read_source, read_sources
from qana.errors import DataError

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


def _write_milk(root: Path) -> Path:
    concepts = tuple(CONCEPT_COLUMNS.values())
    scores = tuple(f"0.{number}" for number in range(1, 8))
    diagnoses = {"IL_1": ("bcc", "BCC"), "IL_2": ("", "SCCKA")}
    rows = [(*row, *diagnoses[row[1]], "histopathology", *scores) for row in MILK_ROWS]
    columns = (*MILK_COLUMNS, "dx", "diagnosis", "diagnosis_confirm_type", *concepts)
    _write_table(root / "metadata.csv", columns, rows)
    _write_pictures(root / "images", ["ISIC_1", "ISIC_2", "ISIC_3"])
    return root


def _write_official_milk(root: Path) -> Path:
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


def _write_bcn(root: Path) -> Path:
    columns = ("image", "lesion_id", "dx", "diagnosis", "sex", "age", "site")
    rows = [
        ("ISIC_5", "BCN_1", "akiec", "AK", "female", "85", "head/neck"),
        ("ISIC_6", "BCN_2", "", "SCC", "", "", ""),
    ]
    _write_table(root / "metadata.csv", columns, rows)
    _write_pictures(root / "images", ["ISIC_5", "ISIC_6"])
    return root


def _write_official_bcn(root: Path) -> Path:
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


def _write_isic(root: Path) -> Path:
    columns = ("image", "lesion_id", "dx", "sex", "age", "site")
    rows = [
        ("ISIC_9", "MSK4_1", "mel", "female", "55", "anterior torso"),
        ("ISIC_10", "", "bkl", "", "", ""),
        ("ISIC_11", "", "nv", "male", "30", ""),
    ]
    _write_table(root / "metadata.csv", columns, rows)
    _write_pictures(root / "images", ["ISIC_9", "ISIC_10", "ISIC_11"])
    return root


def _write_official_isic(root: Path) -> Path:
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


def _write_pad(root: Path) -> Path:
    columns = ("image_id", "diagnostic", "patient_id", "lesion_id", "age", "gender", "biopsed")
    rows = [("PAT_1_1_1", "SCC", "PAT_1", "1", "63", "FEMALE", "True")]
    _write_table(root / "metadata.csv", columns, rows)
    _write_pictures(root / "images", ["PAT_1_1_1"])
    return root


@pytest.mark.parametrize("write", [_write_milk, _write_official_milk])
def test_milk10k(tmp_path: Path, write) -> None:
    close_up, dermoscopic, carcinoma = read_milk10k(write(tmp_path))
    assert close_up.image_type == CLOSE_UP and dermoscopic.image_type == DERMOSCOPIC
    assert close_up.lesion_id == close_up.group_id == dermoscopic.group_id == "IL_1"
    assert (close_up.label, close_up.diagnosis, close_up.confirmed_by) == ("bcc", "BCC", "histo")
    assert (close_up.age, close_up.sex, close_up.site) == (70, "male", "trunk")
    assert (close_up.skin_tone, carcinoma.skin_tone) == (1, None)
    assert (carcinoma.label, carcinoma.diagnosis, carcinoma.age) == (None, "SCCKA", None)
    assert (carcinoma.sex, carcinoma.site) == ("unknown", "unknown")
    assert close_up.path.name == "ISIC_1.jpg"


def test_the_concepts_of_milk10k(tmp_path: Path) -> None:
    photo = read_milk10k(_write_milk(tmp_path / "plain"))[0]
    assert photo.concepts is not None
    assert list(photo.concepts) == [
        "ulceration",
        "hair",
        "vessels",
        "erythema",
        "pigmented",
        "gel",
        "pen",
    ]
    assert photo.concepts["ulceration"] == 0.1 and photo.concepts["pen"] == 0.7
    assert read_milk10k(_write_official_milk(tmp_path / "official"))[0].concepts is None


@pytest.mark.parametrize("write", [_write_bcn, _write_official_bcn])
def test_bcn20000_without_the_other_photos_of_isic_2019(tmp_path: Path, write) -> None:
    keratosis, carcinoma = read_bcn20000(write(tmp_path))
    assert (keratosis.label, keratosis.diagnosis, keratosis.group_id) == ("akiec", "AK", "BCN_1")
    assert (keratosis.age, keratosis.sex, keratosis.site) == (85, "female", "head/neck")
    assert (carcinoma.label, carcinoma.diagnosis) == (None, "SCC")
    assert (carcinoma.age, carcinoma.sex, carcinoma.site) == (None, "unknown", "unknown")


@pytest.mark.parametrize("write", [_write_isic, _write_official_isic])
def test_isic_2017(tmp_path: Path, write) -> None:
    melanoma, keratosis, nevus = read_isic2017(write(tmp_path))
    assert [photo.label for photo in (melanoma, keratosis, nevus)] == ["mel", "bkl", "nv"]
    assert (melanoma.age, melanoma.sex) == (55, "female")
    assert (keratosis.age, keratosis.sex) == (None, "unknown")
    assert keratosis.group_id == "ISIC_10", "a photo without a lesion_id is its own group"
    assert nevus.path.name == "ISIC_11.jpg"
    assert melanoma.group_id == ("MSK4_1" if write is _write_isic else "ISIC_9")


def test_pad_ufes_20_is_grouped_by_patient(tmp_path: Path) -> None:
    (photo,) = read_source("pad_ufes_20", _write_pad(tmp_path))
    assert (photo.group_id, photo.image_type) == ("PAT_1", SMARTPHONE)
    assert (photo.age, photo.sex, photo.confirmed_by) == (63, "female", "histo")


PLAIN = {
    "milk10k": _write_milk,
    "bcn20000": _write_bcn,
    "isic2017": _write_isic,
    "pad_ufes_20": _write_pad,
}
OFFICIAL = {
    "milk10k": _write_official_milk,
    "bcn20000": _write_official_bcn,
    "isic2017": _write_official_isic,
    "pad_ufes_20": _write_pad,
}


@pytest.mark.parametrize("writers", [PLAIN, OFFICIAL])
def test_sources_are_found_by_their_content(tmp_path: Path, ham_folder: Path, writers) -> None:
    for number, write in enumerate(writers.values()):
        write(tmp_path / f"folder_{number}")
    (tmp_path / "folder_4").symlink_to(ham_folder)
    (tmp_path / "notes").mkdir()
    found = find_sources(tmp_path)
    assert tuple(found) == SOURCES == tuple(TITLES)
    assert [found[name].name for name in writers] == [f"folder_{n}" for n in range(4)]
    photos = read_sources(tmp_path)
    assert list(dict.fromkeys(photo.source for photo in photos)) == list(SOURCES)
    assert all(find_sources(found[name]) == {name: found[name]} for name in SOURCES)


def test_a_folder_that_holds_no_source_or_one_twice(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds none of HAM10000, MILK10k"):
        find_sources(tmp_path)
    with pytest.raises(DataError, match="There is no folder"):
        find_sources(tmp_path / "missing")
    _write_bcn(tmp_path / "a")
    _write_bcn(tmp_path / "b")
    with pytest.raises(DataError, match="a and b both hold BCN20000"):
        find_sources(tmp_path)


@pytest.mark.parametrize(
    ("name", "write", "file", "old", "new", "sentence"),
    [
        ("milk10k", _write_milk, "metadata.csv", "dermoscopic", "x-ray", "image type 'x-ray'"),
        ("milk10k", _write_milk, "metadata.csv", "SCCKA", "ACNE", "diagnosis 'ACNE'"),
        (
            "milk10k",
            _write_milk,
            "metadata.csv",
            ",1,trunk",
            ",9,trunk",
            "whole number from 0 to 5",
        ),
        ("milk10k", _write_milk, "metadata.csv", "0.3", "high", "'high', not a number"),
        ("milk10k", _write_milk, "metadata.csv", "ISIC_2", "ISIC_4", "picture of 'ISIC_4'"),
        (
            "milk10k",
            _write_official_milk,
            "MILK10k_Training_GroundTruth.csv",
            "1.0",
            "0.0",
            "'IL_1' has 0 diagnoses",
        ),
        (
            "milk10k",
            _write_official_milk,
            "MILK10k_Training_GroundTruth.csv",
            "IL_2",
            "IL_3",
            "'ISIC_3' has the diagnosis ''",
        ),
        ("bcn20000", _write_bcn, "metadata.csv", "AK", "XY", "diagnosis 'XY'"),
        (
            "bcn20000",
            _write_official_bcn,
            "ISIC_2019_Training_GroundTruth.csv",
            "ISIC_5",
            "ISIC_55",
            "'ISIC_5' is missing in ISIC_2019",
        ),
        (
            "bcn20000",
            _write_official_bcn,
            "ISIC_2019_Training_Metadata.csv",
            "BCN_",
            "HAM_",
            "lists no photo of BCN_20000",
        ),
        ("isic2017", _write_isic, "metadata.csv", ",mel,", ",scc,", "diagnosis 'scc'"),
        (
            "isic2017",
            _write_official_isic,
            "ISIC-2017_Training_Part3_GroundTruth.csv",
            "1.0",
            "yes",
            "'yes', not a number",
        ),
    ],
)
def test_each_fault_is_named(
    tmp_path: Path, name: str, write, file: str, old: str, new: str, sentence: str
) -> None:
    root = write(tmp_path)
    path = root / file
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(DataError, match=sentence):
        read_source(name, root)


@pytest.mark.parametrize("name", SOURCES)
def test_a_folder_without_metadata(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="is missing in"):
        read_source(name, tmp_path)


@pytest.mark.parametrize(
    ("name", "write", "file"),
    [
        ("milk10k", _write_official_milk, "MILK10k_Training_GroundTruth.csv"),
        ("bcn20000", _write_official_bcn, "ISIC_2019_Training_GroundTruth.csv"),
    ],
)
def test_a_folder_without_the_diagnoses(tmp_path: Path, name: str, write, file: str) -> None:
    root = write(tmp_path)
    (root / file).unlink()
    with pytest.raises(DataError, match=f"{file} is missing"):
        read_source(name, root)
