"""Photos are found by ids of any form, and all that can be read is looked for."""

import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from qana.data.photo_files import (
    PHOTO_EXTENSIONS,
    PhotoFolder,
    clean_image_id,
    list_photos,
    make_photo_key,
)
from qana.errors import DataError
from qana.imaging.decode import FORMATS

NAME = "lesión_Ä7"
FORMS = ("NFC", "NFD", "NFKC", "NFKD")


def test_every_type_that_is_decoded_is_in_the_list() -> None:
    import pillow_heif

    Image.init()
    pillow_heif.register_heif_opener()
    decoded = {ending for ending, name in Image.EXTENSION.items() if name in FORMATS}
    assert decoded <= set(PHOTO_EXTENSIONS)
    assert all(one == one.lower() and one.startswith(".") for one in PHOTO_EXTENSIONS)


@pytest.mark.parametrize("stored", FORMS)
@pytest.mark.parametrize("given", FORMS)
@pytest.mark.parametrize(
    "form",
    [
        "{}",
        "{}.jpg",
        "{}.JPG",
        "{}.png",
        "train/{}",
        "a/b/{}.jpg",
        "a\\b\\{}.jpg",
        "./{}.jpeg",
        "{}_downsampled",
        "{}_downsampled.jpg",
        "/data/{}.tif",
    ],
)
def test_an_id_of_any_form_finds_its_photo(tmp_path: Path, stored, given, form: str) -> None:
    path = tmp_path / "part_1" / f"{unicodedata.normalize(stored, NAME)}.jpg"
    path.parent.mkdir()
    path.touch()
    photos = PhotoFolder(tmp_path)
    for name in (NAME, NAME.upper(), NAME.lower()):
        image_id = unicodedata.normalize(given, form.format(name))
        assert image_id in photos
        assert photos.find(image_id) == [path]


def test_a_reduced_photo_is_found_by_its_plain_id(tmp_path: Path) -> None:
    path = tmp_path / "ISIC_1_downsampled.jpg"
    path.touch()
    assert PhotoFolder(tmp_path).find("ISIC_1") == [path]


@pytest.mark.parametrize(
    ("image_id", "name"),
    [
        ("scan.1", "scan.1.jpg"),
        ("scan.1.jpg", "scan.1.jpg"),
        ("b/x", "b/x.png"),
        ("x.tif", "a/x.tif"),
        ("X", "a/X.tif"),
        ("x.PNG", "b/x.png"),
        ("bare", "bare"),
        ("bare.jpg", "bare"),
        ("both", "both.jpg"),
    ],
)
def test_folder_extension_and_case_choose_among_several(tmp_path, image_id, name: str) -> None:
    for one in ("scan.1.jpg", "a/x.tif", "a/X.tif", "b/x.png", "bare", "both", "both.jpg"):
        (tmp_path / one).parent.mkdir(exist_ok=True)
        (tmp_path / one).touch()
    assert PhotoFolder(tmp_path).find(image_id) == [tmp_path / name]


def test_hidden_files_and_other_kinds_are_no_photos(tmp_path: Path) -> None:
    for name in ("._a.jpg", ".cache/b.jpg", "c.txt", "d.csv", "e.JPG", "f.hif"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "g.jpg").mkdir()
    assert [path.name for path in list_photos(tmp_path)] == ["e.JPG", "f.hif"]
    photos = PhotoFolder(tmp_path)
    assert not any(name in photos for name in ("a", "._a", "b", "c", "d", "g", ""))


def test_keys_and_clean_ids() -> None:
    assert make_photo_key("part/ISIC_1_downsampled.JPG") == "isic_1"
    assert clean_image_id("part/ISIC_1.JPG") == "ISIC_1"
    assert clean_image_id("scan.1") == "scan.1"


@pytest.mark.parametrize("reader", [PhotoFolder, list_photos])
def test_a_missing_folder_is_named(tmp_path: Path, reader) -> None:
    (tmp_path / "file").touch()
    for name in ("none", "file"):
        with pytest.raises(DataError, match=f"no folder .*{name} that can be opened"):
            reader(tmp_path / name)
