"""Each data set is found by its content, and a fault of one is named."""

from pathlib import Path

import pytest

from qana.data.source_names import TITLES
from qana.data.sources import SOURCES, find_sources, read_source, read_sources
from qana.errors import DataError
from tests.doubles.source_folders import (
    write_bcn,
    write_isic,
    write_milk,
    write_official_bcn,
    write_official_isic,
    write_official_milk,
    write_pad,
)

PLAIN = {
    "milk10k": write_milk,
    "bcn20000": write_bcn,
    "isic2017": write_isic,
    "pad_ufes_20": write_pad,
}
OFFICIAL = {
    "milk10k": write_official_milk,
    "bcn20000": write_official_bcn,
    "isic2017": write_official_isic,
    "pad_ufes_20": write_pad,
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
    write_bcn(tmp_path / "a")
    write_bcn(tmp_path / "b")
    with pytest.raises(DataError, match="a and b both hold BCN20000"):
        find_sources(tmp_path)


@pytest.mark.parametrize(
    ("name", "write", "file", "old", "new", "sentence"),
    [
        ("milk10k", write_milk, "metadata.csv", "dermoscopic", "x-ray", "image type 'x-ray'"),
        ("milk10k", write_milk, "metadata.csv", "SCCKA", "ACNE", "diagnosis 'ACNE'"),
        (
            "milk10k",
            write_milk,
            "metadata.csv",
            ",1,trunk",
            ",9,trunk",
            "whole number from 0 to 5",
        ),
        ("milk10k", write_milk, "metadata.csv", "0.3", "high", "'high', not a number"),
        ("milk10k", write_milk, "metadata.csv", "ISIC_2", "ISIC_4", "picture of 'ISIC_4'"),
        (
            "milk10k",
            write_official_milk,
            "MILK10k_Training_GroundTruth.csv",
            "1.0",
            "0.0",
            "'IL_1' has 0 diagnoses",
        ),
        (
            "milk10k",
            write_official_milk,
            "MILK10k_Training_GroundTruth.csv",
            "IL_2",
            "IL_3",
            "'ISIC_3' has the diagnosis ''",
        ),
        ("bcn20000", write_bcn, "metadata.csv", "AK", "XY", "diagnosis 'XY'"),
        (
            "bcn20000",
            write_official_bcn,
            "ISIC_2019_Training_GroundTruth.csv",
            "ISIC_5",
            "ISIC_55",
            "'ISIC_5' is missing in ISIC_2019",
        ),
        (
            "bcn20000",
            write_official_bcn,
            "ISIC_2019_Training_Metadata.csv",
            "BCN_",
            "HAM_",
            "lists no photo of BCN_20000",
        ),
        ("isic2017", write_isic, "metadata.csv", ",mel,", ",scc,", "diagnosis 'scc'"),
        (
            "isic2017",
            write_official_isic,
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
        ("milk10k", write_official_milk, "MILK10k_Training_GroundTruth.csv"),
        ("bcn20000", write_official_bcn, "ISIC_2019_Training_GroundTruth.csv"),
    ],
)
def test_a_folder_without_the_diagnoses(tmp_path: Path, name: str, write, file: str) -> None:
    root = write(tmp_path)
    (root / file).unlink()
    with pytest.raises(DataError, match=f"{file} is missing"):
        read_source(name, root)
