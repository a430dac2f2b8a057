"""Every file of a folder, archive or table is listed, and none twice."""

import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qana.errors import DataError
from qana.screening import sorted_paths
from qana.screening.sorted_paths import read_sorted_paths, write_sorted_paths
from qana.screening.sources import list_all_photos, list_photos


def write(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_a_folder_lists_every_file_but_hidden_ones(tmp_path: Path) -> None:
    write(*(tmp_path / name for name in ("b.jpg", "a/c.JPG", "a/notes.txt", "a b/ü.png", "plain")))
    write(tmp_path / ".DS_Store", tmp_path / ".hidden" / "x.jpg", tmp_path / "a" / "._c.jpg")
    (tmp_path / "broken.jpg").symlink_to("nowhere")
    found = {os.path.relpath(path, tmp_path) for path in list_photos(str(tmp_path))}
    assert found == {"b.jpg", "a/c.JPG", "a/notes.txt", "a b/ü.png", "plain", "broken.jpg"}


def test_a_linked_folder_is_followed_and_a_circle_ends(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "x.jpg", tmp_path / "photos" / "y.jpg")
    (tmp_path / "photos" / "more").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "photos" / "self").symlink_to(tmp_path / "photos")
    found = [Path(path).name for path in list_photos(str(tmp_path / "photos"))]
    assert sorted(found) == ["x.jpg", "y.jpg"]


def test_the_output_is_not_a_photo(tmp_path: Path) -> None:
    out, state = tmp_path / "out.csv", tmp_path / "out.csv.unfinished"
    write(out, state / "run.json", tmp_path / "x.jpg", tmp_path / "sub" / "out.csv")
    excluded = frozenset(map(str, (out, state)))
    found = {os.path.relpath(path, tmp_path) for path in list_photos(str(tmp_path), excluded)}
    assert found == {"x.jpg", "sub/out.csv"}


def test_a_name_that_is_no_utf_8_is_listed(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b'/\xff\n".jpg'
    Path(os.fsdecode(name)).write_bytes(b"x")
    (found,) = list_photos(str(tmp_path))
    assert os.fsencode(found) == name


def test_an_archive_lists_its_files(tmp_path: Path) -> None:
    archive = tmp_path / "a.ZIP"
    with zipfile.ZipFile(archive, "w") as file:
        for name in ("x.jpg", "in/y.jpg", "in/", "__MACOSX/._x.jpg", "../up.jpg", "/root.jpg"):
            file.writestr(name, b"x")
        file.writestr("in/nested.zip", b"PK")
    found = {path.removeprefix(f"{archive}/") for path in list_photos(str(archive))}
    assert found == {"x.jpg", "in/y.jpg", "in/nested.zip", "../up.jpg", "/root.jpg"}


@pytest.mark.parametrize(
    "text",
    [
        "id,path\n1,x.jpg\n2,y.jpg\n",
        "\ufeffPath;id\r\nx.jpg;1\r\ny.jpg;2\r\n",
        "sep=;\nid;path\n1;x.jpg\n2;y.jpg\n",
        'label\tfile\nnv\tx.jpg\nnv\t"y.jpg"\n',
        "image_path\nx.jpg\n\ny.jpg",
    ],
)
def test_a_table_lists_its_paths_from_its_own_folder(tmp_path: Path, text: str) -> None:
    write(tmp_path / "x.jpg", tmp_path / "y.jpg")
    table = tmp_path / "list.csv"
    table.write_text(text, encoding="utf-8", newline="")
    assert list(list_photos(str(table))) == [str(tmp_path / "x.jpg"), str(tmp_path / "y.jpg")]


def test_a_parquet_table_lists_its_paths(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "here" / "x.jpg")
    pq.write_table(
        pa.table({"n": [1, 2, 3], "path": ["here/x.jpg", None, "gone.jpg"]}), "t.parquet"
    )
    assert list(list_photos("t.parquet")) == ["here/x.jpg", "gone.jpg"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("missing", None, "There is no file or folder"),
        ("bad.zip", b"no archive", "no ZIP archive"),
        ("none.csv", b"a,b\n1,2\n", "no column of paths"),
        ("empty.csv", b"", "empty.csv is empty"),
        ("bad.parquet", b"PAR1", "cannot be read as a table"),
    ],
)
def test_a_source_that_cannot_be_used_gets_one_sentence(tmp_path, name, content, sentence) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        list(list_photos(str(tmp_path / name)))


def test_a_missing_photo_is_listed_for_its_row() -> None:
    assert list(list_all_photos(["gone.jpg"])) == ["gone.jpg"]


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + ".jpg", "a/" * 3000, "a\0b.jpg", "a\0b"])
def test_a_name_that_no_file_can_have_is_listed_for_its_row(name: str, some_photos) -> None:
    assert list(list_all_photos([name, "gone.jpg"])) == [name, "gone.jpg"]


def test_what_is_in_a_closed_folder_is_listed_for_its_row(tmp_path: Path, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")  # root may enter any folder

    monkeypatch.setattr(os, "stat", refuse)
    monkeypatch.setattr(Path, "lstat", refuse)
    for name in ("closed/x.jpg", "closed/x", "closed"):
        assert list(list_photos(str(tmp_path / name))) == [str(tmp_path / name)]


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_paths_are_sorted_on_the_disk_and_kept_once(tmp_path, monkeypatch, at_once: int) -> None:
    monkeypatch.setattr(sorted_paths, "PATHS_AT_ONCE", at_once)
    names = ["b", "a/b", "a-b", "a", "\udcff", "ü", "a\n", "b", "Ä", "a/b", "z", "\u2028"]
    count, digest = write_sorted_paths(iter(names), tmp_path / "paths")
    found = list(read_sorted_paths(tmp_path / "paths"))
    assert sorted(found) == sorted(set(names))
    assert count == len(found)
    written = [sorted_paths.format_path(name) for name in found]
    assert written == sorted(written)
    assert [path.name for path in tmp_path.iterdir()] == ["paths"]
    assert write_sorted_paths(reversed(names), tmp_path / "again") == (count, digest)
