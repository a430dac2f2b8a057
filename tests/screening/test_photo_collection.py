"""Photos from files, folders and archives in memory: each is listed, and none can do harm."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from qana.errors import DataError, ImageError
from qana.screening.photo_collection import (
    MAX_MEMBERS,
    MAX_PHOTOS,
    ChosenFile,
    PhotoCollection,
    collect_photos,
)
from qana.screening.photo_reader import DAMAGED_MEMBER, ENCRYPTED, OUTSIDE


def pack(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def collect(files: dict[str, bytes]) -> PhotoCollection:
    return collect_photos([ChosenFile(name, data) for name, data in files.items()])


def test_an_archive_a_folder_and_files_have_the_paths_of_qana_screen() -> None:
    archive = pack({"b/y.jpg": b"y", "x.jpg": b"x", "b/": b"", "__MACOSX/._x.jpg": b"0"})
    found = collect(
        {"photos.zip": archive, "folder/in/z.png": b"z", "w.jpg": b"w", "folder/.DS_Store": b""}
    )
    assert found.paths == ("folder/in/z.png", "photos.zip/b/y.jpg", "photos.zip/x.jpg", "w.jpg")
    assert [found.read(path) for path in found.paths] == [b"z", b"y", b"x", b"w"]


def test_files_of_one_name_get_numbers_and_equal_files_are_one() -> None:
    files = [ChosenFile("a.jpg", data) for data in (b"1", b"2", b"1", b"3")]
    found = collect_photos(files)
    assert found.paths == ("a (2).jpg", "a (3).jpg", "a.jpg")
    assert [found.read(path) for path in found.paths] == [b"2", b"3", b"1"]


@pytest.mark.parametrize(
    "name",
    ["../up.jpg", "in/../../up.jpg", "/etc/x.jpg", "C:\\x.jpg", "..\\up.jpg", "\\\\host\\x.jpg"],
)
def test_a_path_that_leads_out_of_its_archive_is_refused_by_one_sentence(name: str) -> None:
    found = collect({"photos.zip": pack({name: b"x", "good.jpg": b"y"})})
    (bad,) = (path for path in found.paths if "good" not in path)
    with pytest.raises(ImageError) as error:
        found.read(bad)
    assert str(error.value) == OUTSIDE
    assert found.read("photos.zip/good.jpg") == b"y"


def test_a_name_may_have_two_points_inside() -> None:
    found = collect({"photos.zip": pack({"a..b.jpg": b"x", "..c/x.jpg": b"hidden"})})
    assert found.read("photos.zip/a..b.jpg") == b"x"


def test_names_of_other_encodings_are_listed() -> None:
    data = pack({"aaaa.jpg": b"x"}).replace(b"aaaa.jpg", b"\xe4\xff\x81a.jpg")
    (path,) = collect({"photos.zip": data}).paths
    assert path.endswith("a.jpg") and collect({"photos.zip": data}).read(path) == b"x"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    zeros = bytes(2**20)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(50):
            with archive.open(f"{number}.jpg", "w") as member:
                for _ in range(24):
                    member.write(zeros)
    with pytest.raises(DataError, match=r"bomb\.zip unpacks to 1,200 MB"):
        collect({"bomb.zip": bomb.getvalue()})


def test_a_file_that_is_larger_than_it_claims_is_not_unpacked_to_its_end() -> None:
    data = bytearray(pack({"x.jpg": bytes(30 * 2**20)}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.rindex(signature) + offset, 1000)
    found = collect({"photos.zip": bytes(data)})
    with pytest.raises(ImageError, match=r"damaged in its archive|larger than 25 MB"):
        found.read("photos.zip/x.jpg")


def test_an_archive_with_a_huge_list_is_refused() -> None:
    data = pack({"x.jpg": b"x"}) + b"PK\x01\x02" * (MAX_MEMBERS + 1)
    with pytest.raises(DataError, match="more than 10,000 files"):
        collect({"photos.zip": data})


def test_an_archive_in_an_archive_is_a_file_that_is_not_opened() -> None:
    inner = pack({"x.jpg": b"x"})
    found = collect({"photos.zip": pack({"inner.zip": inner})})
    assert found.paths == ("photos.zip/inner.zip",)
    assert found.read("photos.zip/inner.zip") == inner


def test_an_encrypted_and_a_damaged_file_have_their_sentences() -> None:
    data = bytearray(pack({"x.jpg": b"x" * 100, "y.jpg": b"y" * 100}, zipfile.ZIP_STORED))
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[data.index(b"y" * 100)] = 0
    found = collect({"photos.zip": bytes(data)})
    for path, sentence in (("photos.zip/x.jpg", ENCRYPTED), ("photos.zip/y.jpg", DAMAGED_MEMBER)):
        with pytest.raises(ImageError) as error:
            found.read(path)
        assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "There is no photo"),
        ({"labels.csv": b"image_id,dx\n"}, "There is no photo"),
        ({"photos.zip": b"no archive"}, "photos.zip is no ZIP archive"),
        ({"photos.zip": pack({"a.csv": b""})}, "There is no photo"),
        ({f"{n}.jpg": b"%d" % n for n in range(MAX_PHOTOS + 1)}, "These are 501 files"),
    ],
)
def test_what_cannot_be_used_gets_one_sentence(files: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        collect(files)


def test_more_than_the_memory_allows_gets_one_sentence() -> None:
    files = [ChosenFile(f"{n}.jpg", bytes(25 * 2**20)) for n in range(9)]
    with pytest.raises(DataError, match="more than 200 MB"):
        collect_photos(files)


@pytest.mark.parametrize("beside", [True, False])
def test_labels_are_found_beside_the_photos_and_among_them(beside: bool) -> None:
    table = b"image_id;dx;lesion_id\nISIC_1;mel;L1\nISIC_2;nv;L2\nISIC_9;nv;L9\nISIC_3;scc;L3\n"
    photos = {f"in/ISIC_{number}.jpg": b"%d" % number for number in (1, 2, 3, 4)}
    if beside:
        found = collect({"p.zip": pack(photos), "labels.csv": table})
    else:
        found = collect({"p.zip": pack(photos | {"labels.csv": table})})
    assert len(found.photos) == 4 and len(found.paths) == (4 if beside else 5)
    labels = {label.path: (label.label, label.lesion_id) for label in found.find_labels()}
    assert labels == {
        "p.zip/in/ISIC_1.jpg": ("mel", "L1"),
        "p.zip/in/ISIC_2.jpg": ("nv", "L2"),
        "p.zip/in/ISIC_3.jpg": (None, "L3"),
    }


def test_a_table_without_labels_gets_one_sentence() -> None:
    with pytest.raises(DataError, match="no column of photo ids"):
        collect({"a.jpg": b"x", "list.csv": b"a,b\n1,2\n"}).find_labels()
    assert collect({"a.jpg": b"x"}).find_labels() == []


def test_nothing_touches_the_disk(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "no folder"))
    found = collect({"photos.zip": pack({"x.jpg": b"x" * 5_000_000})})
    assert len(found.read("photos.zip/x.jpg")) == 5_000_000
