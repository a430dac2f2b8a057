"""Labels in several tables are joined, and a table that is not needed is named."""

from pathlib import Path

import pytest

from qana.data.labelled_folder import LISTED_TWICE, TWO_LABELS, read_labelled_folder
from qana.errors import DataError
from tests.doubles.label_tables import (
    DIAGNOSES,
    LAYOUTS,
    PAD,
    checked,
    count,
    images,
    make_2019,
    make_ham,
    make_pad,
    table,
    write,
)

__all__ = ["images", "table"]


def split(rows: list[list[str]], parts: int) -> list[list[list[str]]]:
    return [[rows[0], *rows[1:][at::parts]] for at in range(parts)]


@pytest.mark.parametrize("parts", [2, 3])
@pytest.mark.parametrize("make", LAYOUTS)
def test_the_parts_of_a_table_are_joined(images: Path, tmp_path: Path, make, parts: int) -> None:
    wanted = DIAGNOSES if make is not make_pad else {k: v for k, v in DIAGNOSES.items() if v in PAD}
    files = [
        write(part, tmp_path / f"part_{at}.csv", ",;\t"[at])
        for at, part in enumerate(split(make(wanted), parts))
    ]
    found = read_labelled_folder(images, files)
    assert {one.image_id: one.label for one in found.images} == wanted
    assert found.left_out == ()


def test_tables_of_two_layouts_are_joined(images: Path, tmp_path: Path) -> None:
    names = list(DIAGNOSES)
    first = write(make_ham({name: DIAGNOSES[name] for name in names[:5]}), tmp_path / "a.csv")
    second = write(make_2019({name: DIAGNOSES[name] for name in names[4:]}), tmp_path / "b.csv")
    for files in ([first, second], [second, first]):
        found = read_labelled_folder(images, files)
        assert {one.image_id: one.label for one in found.images} == DIAGNOSES
        assert count(found) == {LISTED_TWICE: 1}


def test_tables_that_contradict_each_other_leave_the_photo_out(images, tmp_path) -> None:
    first = write(make_ham(DIAGNOSES), tmp_path / "a.csv")
    second = write(make_2019({"ISIC_0000003": "mel"}), tmp_path / "b.csv")
    found = read_labelled_folder(images, [first, second])
    assert len(found.images) == len(DIAGNOSES) - 1
    assert count(found) == {TWO_LABELS: 1}


def make_lesions(tmp_path: Path) -> tuple[Path, Path]:
    truth = make_2019({f"IL_{at}": label for at, label in enumerate(DIAGNOSES.values())})
    truth[0][0] = "lesion_id"
    photos = [["lesion_id", "isic_id", "diagnosis"]]
    photos += [[f"IL_{at}", name, "Benign"] for at, name in enumerate(DIAGNOSES)]
    return write(truth, tmp_path / "truth.csv"), write(photos, tmp_path / "photos.csv")


def test_the_photos_of_lesions_give_no_labels_of_their_own(images: Path, tmp_path: Path) -> None:
    truth, photos = make_lesions(tmp_path)
    for files in ([truth, photos], [photos, truth]):
        found = read_labelled_folder(images, files)
        assert {one.image_id: one.label for one in found.images} == DIAGNOSES
        assert found.left_out == ()


def test_labels_of_lesions_in_two_parts_share_the_table_of_photos(images, tmp_path) -> None:
    truth, photos = make_lesions(tmp_path)
    header, *rows = [line.split(",") for line in truth.read_text().splitlines()]
    parts = [
        write([header, *some], tmp_path / f"part_{at}.csv")
        for at, some in enumerate((rows[:4], rows[4:]))
    ]
    for files in ([*parts, photos], [photos, *parts], parts):
        found = read_labelled_folder(images, files)
        labels = {one.image_id: one.label for one in found.images}
        assert labels == DIAGNOSES


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["name", "age"], ["x", "4"]], "no column of photo ids"),
        ([["image_id", "age"], ["ISIC_0000001", "4"]], "no column of diagnoses"),
        ([["image_id", "dx"]], "lists no photo"),
    ],
)
def test_a_table_that_is_not_needed_is_named(images, tmp_path, rows, message: str) -> None:
    ham, other = write(make_ham(DIAGNOSES), tmp_path / "a.csv"), write(rows, tmp_path / "b.csv")
    for files in ([ham, other], [other, ham]):
        with pytest.raises(DataError, match=f"b.csv .*{message}") as caught:
            read_labelled_folder(images, files)
        checked(caught.value)
