"""The folders of ids decide which photo is meant, and which photos are of one lesion."""

import os
from pathlib import Path

import pytest

from qana.data.labelled_folder import read_labelled_folder
from qana.data.labelled_names import find_labels
from qana.data.text_tables import read_text_table
from qana.errors import DataError
from tests.doubles.label_tables import Table, checked, ham, read, table, write

__all__ = ["table"]


def write_photos(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def make_rows(*ids: str) -> Table:
    return [["image_id", "dx"], *([name, "nv"] for name in ids)]


def read_error(images: Path, table: Path, *ids: str) -> str:
    with pytest.raises(DataError) as caught:
        read_labelled_folder(images, write(make_rows(*ids), table))
    return checked(caught.value)


@pytest.mark.parametrize("stem", ["1", "IMG_0012", "lesión"])
def test_a_photo_of_another_folder_is_missing(tmp_path: Path, table: Path, stem: str) -> None:
    images = write_photos(tmp_path / "images", f"train/{stem}.jpg", f"train/{stem}_b.jpg")
    for ids in ((f"test/{stem}.jpg",), (f"train/{stem}", f"test\\{stem}")):
        message = read_error(images, table, *ids)
        assert f"1 of the {len(ids)} images" in message
        assert "'train/" in message and "another folder" in message


def test_two_photos_for_which_there_is_one_file_are_named(tmp_path: Path, table: Path) -> None:
    images = write_photos(tmp_path / "images", "1.jpg", "2.jpg")
    assert "'test/1.jpg' and 'train/1.jpg'" in read_error(
        images, table, "test/1.jpg", "train/1.jpg", "2"
    )
    ids = ("a/test/2.jpg", "test/2", "2.jpg", "test/1")
    found = read_labelled_folder(images, write(make_rows(*ids), table))
    assert [one.image_id for one in found.images] == ["2", "1"]


@pytest.mark.parametrize("lesions", [False, True])
def test_photos_of_one_name_in_two_folders_are_two_lesions(tmp_path, table, lesions: bool) -> None:
    names = ("train/1.jpg", "test/1.jpg", "train/2.jpg", "test/x/1.png")
    images = write_photos(tmp_path / "images", *names)
    rows = make_rows(*names)
    if lesions:
        rows = [
            [*row, cell] for row, cell in zip(rows, ("lesion_id", "", "NA", "", ""), strict=True)
        ]
    found = read_labelled_folder(images, write(rows, table))
    assert [one.path.relative_to(images).as_posix() for one in found.images] == list(names)
    assert len({one.lesion_id for one in found.images}) == 4
    assert found.images[2].lesion_id == "2", "a name that is there once is the lesion"


def test_a_photo_is_not_of_the_lesion_of_its_name(tmp_path: Path, table: Path) -> None:
    images = write_photos(tmp_path / "images", "7.jpg", "8.jpg", "9.jpg")
    rows = [["image_id", "dx", "lesion_id"], ["7", "nv", ""], ["8", "nv", "7"], ["9", "nv", "7"]]
    first, second, third = read_labelled_folder(images, write(rows, table)).images
    assert second.lesion_id == third.lesion_id != first.lesion_id


@pytest.mark.parametrize(
    "names", [("a.jpg", "a.png"), ("1.jpg", "train/1.jpg"), ("x/1.tif", "y/1.jpg")]
)
def test_the_advice_for_two_files_of_one_id_works(tmp_path: Path, table: Path, names) -> None:
    images = write_photos(tmp_path / "images", *names)
    stem = Path(names[0]).stem
    message = read_error(images, table, stem)
    for name in names:
        assert repr(name) in message
        (found,) = read(images, table, ham({name: "nv"}))
        assert found.path == images / name


@pytest.mark.parametrize("kind", ["jp2", "J2K", "dng", "jxl", "psd"])
def test_a_picture_of_another_kind_is_not_missing(tmp_path: Path, table: Path, kind: str) -> None:
    images = write_photos(tmp_path / "images", "a.jpg", f"b.{kind}")
    for ids in (("a", "b"), ("a.jpg", f"b.{kind}")):
        found = read_labelled_folder(images, write(make_rows(*ids), table))
        assert [one.path.name for one in found.images] == ["a.jpg", f"b.{kind}"]


def test_photos_in_a_linked_folder_are_found(tmp_path: Path, table: Path) -> None:
    write_photos(tmp_path / "elsewhere", "deep/a.jpg", "b.jpg")
    images = write_photos(tmp_path / "images", "c.jpg")
    (images / "more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "circle").symlink_to(images)
    found = read_labelled_folder(images, write(make_rows("more/deep/a", "b", "c"), table))
    assert [one.path.name for one in found.images] == ["a.jpg", "b.jpg", "c.jpg"]


def test_a_folder_that_cannot_be_opened_is_named(tmp_path, table, monkeypatch) -> None:
    images = write_photos(tmp_path / "images", "a.jpg", "locked/b.jpg")
    scan = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "locked":
            raise PermissionError
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    message = read_error(images, table, "a", "b")
    assert f"the folder {images / 'locked'} cannot be opened: check your permission" in message
    found = read_labelled_folder(images, write(make_rows("a"), table))
    assert [one.path.name for one in found.images] == ["a.jpg"]


@pytest.mark.parametrize("name", ["a/1.jpg", "photos.zip/x/1.jpg", "/photos/1.jpg", "1.jpg"])
def test_photos_in_memory_are_found_by_their_ids(tmp_path: Path, name: str) -> None:
    labels = read_text_table(write(make_rows("1.jpg"), tmp_path / "labels.csv"))
    for paths in ([name], [name, "b/2.jpg"], [name, "/c/2.jpg"]):
        assert [one.path for one in find_labels([labels], paths)] == [name]
    other = read_text_table(write(make_rows("part/1.jpg"), tmp_path / "labels.csv"))
    assert [one.path for one in find_labels([other], ["set/1.jpg", "set/2.jpg"])] == ["set/1.jpg"]
    assert find_labels([other], []) == []
