"""`python -m qana learn` finds the class of each folder and the photos in its subfolders."""

import json
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from qana.classes import LABELS
from qana.cli.main import main
from qana.edge_learning.class_folders import read_class_folders
from qana.edge_learning.teaching_photos import load_teaching_photos
from qana.errors import UserError

OWN = "Spitz-Nävus"
NAMES = {
    "MEL": "mel",
    "Mel": "mel",
    "melanoma": "mel",
    "MELANOMA": "mel",
    "ｍｅｌ": "mel",
    " Nv ": "nv",
    "BCC": "bcc",
    "Bkl": "bkl",
    "Vasc": "vasc",
    "AKIEC": "akiec",
    "DF": "df",
    unicodedata.normalize("NFD", OWN): OWN,
    OWN.upper(): OWN,
    unicodedata.normalize("NFD", OWN.lower()): OWN,
}
"""Name of a folder to the class that it teaches."""
PLACES = ("", "sub", "a/b", "2024/März", "Sub Folder/x/y", "sub.jpg")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def photos() -> list[Path]:
    return [one.path for one in load_teaching_photos()]


def put(photo: Path, *parts: str) -> Path:
    folder = Path(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(photo, folder))


def learn(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[dict[str, Any], str]:
    assert main(["learn", "--json", *(str(argument) for argument in arguments)]) == 0
    out, err = capsys.readouterr()
    return json.loads(out), err


def refuse(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["learn", *(str(argument) for argument in arguments)]) == 2
    out, err = capsys.readouterr()
    assert not out
    return err


def test_a_folder_teaches_the_class_that_it_differs_from_in_form_alone(photos, capsys) -> None:
    put(photos[0], "first", OWN)
    learn(capsys, "--images", "first")
    for photo, name in zip(photos, NAMES, strict=False):
        put(photo, "images", name)
    document, err = learn(capsys, "--images", "images", "--test", "images")
    assert set(document["classes"]) == {*LABELS, OWN}
    assert sorted(lesson["class"] for lesson in document["lessons"]) == sorted(NAMES.values())
    assert document["tested"].keys() == set(NAMES.values())
    assert sum(counts["n"] for counts in document["tested"].values()) == len(NAMES)
    assert "MEL teach the class 'mel'" in err


@pytest.mark.parametrize("name", ["mel", "tattoo"])
def test_photos_in_subfolders_are_learned(name: str, photos, capsys) -> None:
    for photo, place in zip(photos, PLACES, strict=False):
        put(photo, "images", name, place)
    Path("linked").mkdir()
    put(photos[10], "elsewhere")
    Path("images", name, "link").symlink_to(Path("elsewhere").absolute())
    Path("images", name, "again").symlink_to(Path("images").absolute() / name)
    document, err = learn(capsys, "--images", "images")
    assert len(document["lessons"]) == len(PLACES) + 1
    assert {lesson["class"] for lesson in document["lessons"]} == {name}
    assert not err


def test_what_systems_add_and_hide_is_left_out(photos, capsys) -> None:
    put(photos[0], "images", "tattoo")
    put(photos[1], "images", "tattoo", ".hidden")
    put(photos[2], "images", "__MACOSX", "tattoo")
    for name in ("Thumbs.db", "desktop.ini", ".DS_Store"):
        Path("images", "tattoo", name).write_bytes(b"\0")
    document, err = learn(capsys, "--images", "images")
    assert len(document["lessons"]) == 1
    assert not err


def test_a_photo_outside_and_an_empty_folder_are_named(photos, capsys) -> None:
    put(photos[0], "images", "tattoo")
    loose = put(photos[1], "images")
    Path("images", "empty").mkdir()
    document, err = learn(capsys, "--images", "images")
    assert len(document["lessons"]) == 1
    assert f"{loose} lies in no folder of a class" in err
    assert f"The folder {Path('images', 'empty')} holds no photo" in err


@pytest.mark.parametrize("inner", ["nv", "NV", "Melanoma", "tattoo"])
def test_a_folder_of_a_class_in_that_of_another_is_refused_by_name(
    inner: str, photos, capsys
) -> None:
    put(photos[0], "images", "train", inner)
    put(photos[1], "images", "tattoo")
    sentence = refuse(capsys, "--images", "images")
    assert sentence.count("\n") == 1
    assert str(Path("images", "train", inner)) in sentence
    assert not Path("learned.head").exists()


@pytest.mark.parametrize("name", ["x" * 41, "two\nlines", "bell\a", "\x7f", "\u202egnp"])
def test_a_refused_name_says_which_folder(name: str, photos, capsys) -> None:
    put(photos[0], "images", "a good one")
    put(photos[1], "images", name)
    sentence = refuse(capsys, "--images", "images")
    assert sentence.count("\n") == 1
    assert f"The folder {name!r} in images cannot be learned: " in sentence
    assert "1 to 40 printable characters" in sentence
    assert not Path("learned.head").exists()


def test_one_class_too_many_says_which_folder(photos, capsys) -> None:
    for number in range(10):
        put(photos[number], "images", f"class {number}")
    sentence = refuse(capsys, "--images", "images")
    assert "The folder 'class 9' in images cannot be learned: The head is full" in sentence


def test_an_untaught_class_says_which_folder(photos, capsys) -> None:
    put(photos[0], "test", "scar")
    sentence = refuse(capsys, "--test", "test")
    assert "The folder 'scar' in test cannot be tested" in sentence


def test_a_subfolder_that_cannot_be_opened_is_named(photos, monkeypatch) -> None:
    put(photos[0], "images", "tattoo", "locked")
    find = Path.iterdir

    def iterate(path: Path) -> Any:
        if path.name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return find(path)

    monkeypatch.setattr(Path, "iterdir", iterate)
    with pytest.raises(UserError, match="locked that can be opened"):
        read_class_folders(Path("images"))
