"""Photos are found by ids of any form, and all that can be read is looked for."""

import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from qana.data.photo_files import (
    PHOTO_EXTENSIONS,
    clean_image_id,
    list_photos,
    make_photo_key,
)
from qana.data.photo_index import PhotoFolder
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
        "part_1/{}",
        "a/Part_1/{}.jpg",
        "a\\b\\part_1\\{}.jpg",
        "./{}.jpeg",
        "{}_downsampled",
        "{}_downsampled.jpg",
        "/data/part_1/{}.tif",
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


@pytest.mark.parametrize("form", ["{}", "test/{}", "a/Test/{}.jpg", "D:\\x\\test\\{}.JPG"])
@pytest.mark.parametrize("name", ["1", "IMG_0012", "lesión 3", "scan.7"])
def test_a_photo_of_another_folder_is_another_photo(tmp_path: Path, form: str, name: str) -> None:
    other = tmp_path / "train" / f"{name}.jpg"
    other.parent.mkdir()
    other.touch()
    image_id = form.format(name)
    photos = PhotoFolder(tmp_path)
    assert photos.find(image_id) == ([other] if form == "{}" else [])
    assert photos.find_elsewhere(image_id) == unicodedata.normalize("NFKC", f"train/{name}.jpg")
    own = tmp_path / "TEST" / f"{name}.jpg"
    own.parent.mkdir()
    own.touch()
    assert PhotoFolder(tmp_path).find(image_id) == ([own, other] if form == "{}" else [own])
    assert PhotoFolder(own.parent).find(image_id) == [own], "it was taken out of its folder"


@pytest.mark.parametrize(
    "name", ["ISIC_0024306", "PAT_8_15_820", "BCN_0000000012", "0abcdef123456789" * 2]
)
def test_the_id_of_an_archive_is_found_in_any_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "images_part_2" / f"{name}.jpg"
    path.parent.mkdir()
    path.touch()
    for form in ("train/{}.jpg", "a\\b\\{}.png", "/data/{}"):
        assert PhotoFolder(tmp_path).find(form.format(name)) == [path]


@pytest.mark.parametrize("names", [("1.jpg", "train/1.jpg"), ("a.png", "a.jpg"), ("b/x", "x")])
def test_the_path_of_a_photo_stands_for_it_alone(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    photos = PhotoFolder(tmp_path)
    assert [photos.find(name) for name in names] == [[tmp_path / name] for name in names]


@pytest.mark.parametrize("kind", ["jpg", "jp2", "CR2", "jxl"])
def test_an_extension_may_be_a_part_of_the_name(tmp_path: Path, kind: str) -> None:
    (tmp_path / f"a.jpg.{kind}").touch()
    assert PhotoFolder(tmp_path).find("a.jpg") == [tmp_path / f"a.jpg.{kind}"]


@pytest.mark.parametrize("kind", ["jp2", "J2K", "dng", "psd", "jxl"])
def test_a_picture_of_another_kind_is_found_where_no_photo_is(tmp_path: Path, kind: str) -> None:
    other = tmp_path / f"x.{kind}"
    other.touch()
    assert PhotoFolder(tmp_path).find("x") == PhotoFolder(tmp_path).find(other.name) == [other]
    assert list_photos(tmp_path) == []
    (tmp_path / "x.png").touch()
    assert PhotoFolder(tmp_path).find("x") == [tmp_path / "x.png"]


def test_links_are_followed_and_each_folder_counts_once(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    for folder in (tmp_path / "elsewhere", photos / "z"):
        folder.mkdir(parents=True)
        (folder / f"{folder.name}.jpg").touch()
    (photos / "a").symlink_to(photos / "z")
    (photos / "circle").symlink_to(tmp_path)
    (photos / "x").symlink_to(tmp_path / "elsewhere")
    (photos / "gone.jpg").symlink_to("nowhere")
    assert [path.name for path in list_photos(photos)] == ["elsewhere.jpg", "z.jpg"]
    assert photos / "z" / "z.jpg" in list_photos(photos)
    assert PhotoFolder(photos).find("gone") == [photos / "gone.jpg"]


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
    for name in ("._a.jpg", ".cache/b.jpg", "c.txt", "d.csv", "e.JPG", "f.hif", "__MACOSX/h.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "g.jpg").mkdir()
    assert [path.name for path in list_photos(tmp_path)] == ["e.JPG", "f.hif"]
    photos = PhotoFolder(tmp_path)
    assert not any(name in photos for name in ("a", "._a", "b", "c", "d", "g", "h", ""))


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
