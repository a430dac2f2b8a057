"""Data sets are read as programs and people leave them: copies, other cases, missing values."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from qana.data.photo import Photo
from qana.data.sources import find_sources, read_source
from qana.errors import DataError
from tests.doubles.source_folders import write_bcn, write_isic, write_milk, write_pad

Rows = list[list[str]]
NAMES = ("ham10000", "milk10k", "bcn20000", "isic2017", "pad_ufes_20")
IMAGE = {"milk10k": "isic_id", "bcn20000": "image", "isic2017": "image"}
DIAGNOSIS = {"ham10000": "dx", "isic2017": "dx", "pad_ufes_20": "diagnostic"}
AGE = {"milk10k": "age_approx"}


@pytest.fixture(params=NAMES)
def source(request, tmp_path: Path, ham_folder: Path) -> tuple[str, Path]:
    """The name of each data set and its folder."""
    writers = {
        "ham10000": lambda folder: shutil.copytree(ham_folder, folder),
        **{"milk10k": write_milk, "bcn20000": write_bcn, "isic2017": write_isic},
        "pad_ufes_20": write_pad,
    }
    folder = tmp_path / "set"
    writers[request.param](folder)
    return request.param, folder


def alter(name: str, folder: Path, change: Callable[[Rows], None]) -> None:
    path = folder / ("HAM10000_metadata.csv" if name == "ham10000" else "metadata.csv")
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    change(rows)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def set_cells(column: str, make: Callable[[str], str]) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        at = rows[0].index(column)
        for row in rows[1:]:
            row[at] = make(row[at])

    return change


def list_photos(name: str, folder: Path) -> list[tuple[object, ...]]:
    photos: list[Photo] = read_source(name, folder)
    return [(p.image_id, p.lesion_id, p.label, p.path) for p in photos]


@pytest.mark.parametrize("hidden", [".cache", "__MACOSX", "a/.thumbs"])
def test_hidden_pictures_replace_none(source, hidden: str) -> None:
    name, folder = source
    before = list_photos(name, folder)
    for *_, path in before:
        copy = folder / hidden / Path(str(path)).name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(b"another")
    assert list_photos(name, folder) == before


@pytest.mark.parametrize("ending", [".png", ".jpg", ".JPEG"])
def test_two_pictures_of_one_id_are_named_and_copies_are_one(source, ending: str) -> None:
    name, folder = source
    path = Path(str(list_photos(name, folder)[0][-1]))
    other = folder / "zz thumbs" / f"{path.stem}{ending}"
    other.parent.mkdir()
    shutil.copy(path, other)
    assert list_photos(name, folder)[0][-1] in (path, other)
    other.write_bytes(b"a small one")
    with pytest.raises(DataError, match=f"'zz thumbs/{other.name}' have the same id but differ"):
        read_source(name, folder)


@pytest.mark.parametrize("form", ["{}.jpg", "images/{}.JPG", " {} "])
@pytest.mark.parametrize("case", [str, str.lower, str.upper])
def test_ids_in_any_form(source, form: str, case) -> None:
    name, folder = source
    before = list_photos(name, folder)
    if name == "ham10000" and "/" in form:
        return  # its photos are in two folders of other names
    column = IMAGE.get(name, "image_id")
    alter(name, folder, set_cells(column, lambda cell: form.format(case(cell))))
    assert list_photos(name, folder) == before


def test_a_row_that_is_there_twice_counts_once(source) -> None:
    name, folder = source
    before = list_photos(name, folder)
    alter(name, folder, lambda rows: rows.extend([list(rows[1]), list(rows[-1])]))
    assert list_photos(name, folder) == before


def test_two_diagnoses_of_one_photo_are_named(source) -> None:
    name, folder = source
    column = DIAGNOSIS.get(name, "diagnosis")

    def change(rows: Rows) -> None:
        at = rows[0].index(column)
        rows.append([*rows[1][:at], "other", *rows[1][at + 1 :]])

    alter(name, folder, change)
    with pytest.raises(DataError, match=r"is listed with the diagnoses .* and 'other': correct"):
        read_source(name, folder)


def test_diagnoses_in_any_case(source) -> None:
    name, folder = source
    before = list_photos(name, folder)
    alter(name, folder, set_cells(DIAGNOSIS.get(name, "diagnosis"), str.swapcase))
    assert list_photos(name, folder) == before


def test_columns_in_any_case(source) -> None:
    name, folder = source
    if name == "pad_ufes_20":
        return  # two columns of it have several possible names
    before = list_photos(name, folder)

    def change(rows: Rows) -> None:
        rows[0] = [cell if cell.startswith("MONET") else cell.upper() for cell in rows[0]]

    alter(name, folder, change)
    assert find_sources(folder) == {name: folder}
    assert list_photos(name, folder) == before


@pytest.mark.parametrize(
    ("cell", "age"), [("NA", None), ("NaN", None), ("unknown", None), ("50,5", 50.5), ("50.0", 50)]
)
def test_ages_in_any_form(source, cell: str, age: float | None) -> None:
    name, folder = source
    alter(name, folder, set_cells(AGE.get(name, "age"), lambda _: cell))
    assert {photo.age for photo in read_source(name, folder)} == {age}


@pytest.mark.parametrize("cell", ["", "NA", "NaN", "NULL"])
def test_a_missing_lesion_is_that_of_the_photo(source, cell: str) -> None:
    name, folder = source
    if name in ("milk10k", "pad_ufes_20"):
        return  # their lesions and patients are always recorded
    alter(name, folder, set_cells("lesion_id", lambda _: cell))
    assert all(photo.lesion_id == photo.image_id for photo in read_source(name, folder))
