"""Tables of paths are read by the rules of tables of labels, row by row."""

import csv
import io
import itertools
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qana.errors import DataError
from qana.screening.path_tables import read_paths

NAMES = ["a.jpg", "in/b c.png", "lesión ß.jpg", "d,e;f.tif"]
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252")
ABOVE = ("", "\n\n", "sep={0}\n", "# exported by hand\n", ";;\n,,\n\n")


@pytest.fixture
def photos(tmp_path: Path) -> list[str]:
    """The paths of photos in the folder of the table."""
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return [str(tmp_path / name) for name in NAMES]


def make_text(delimiter: str, ending: str, column: str = "path") -> str:
    file = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if ending == "\r" else csv.QUOTE_MINIMAL
    rows = [("n", column, "note"), *((str(at), name, "x") for at, name in enumerate(NAMES))]
    csv.writer(file, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(rows)
    return file.getvalue()


@pytest.mark.parametrize(
    ("encoding", "delimiter", "ending", "above"),
    list(itertools.product(ENCODINGS, (",", ";", "\t"), ("\n", "\r\n", "\r"), ABOVE)),
)
def test_every_dialect_lists_the_same_paths(
    tmp_path, photos, encoding: str, delimiter: str, ending: str, above: str
) -> None:
    table = tmp_path / "list.csv"
    text = above.format(delimiter).replace("\n", ending) + make_text(delimiter, ending)
    table.write_bytes(text.encode(encoding))
    assert list(read_paths(str(table))) == photos


@pytest.mark.parametrize("column", ["PATH", " File ", "file_name", "Image_Path"])
def test_the_column_has_one_of_several_names(tmp_path: Path, photos, column: str) -> None:
    table = tmp_path / "list.tsv"
    table.write_text(make_text("\t", "\n", column))
    assert list(read_paths(str(table))) == photos


def test_windows_paths_find_their_files(tmp_path: Path, photos) -> None:
    table = tmp_path / "list.csv"
    table.write_text("path\nin\\b c.png\n.\\a.jpg\ngone\\x.jpg\n")
    found = list(read_paths(str(table)))
    assert [Path(path).exists() for path in found] == [True, True, False]
    assert found[2] == "gone\\x.jpg"


def test_a_name_that_is_no_utf_8_is_kept(tmp_path: Path) -> None:
    name = b"\xff\xe9.jpg"
    table = tmp_path / "list.csv"
    table.write_bytes(b"path\n" + name + b"\n")
    (found,) = read_paths(str(table))
    assert found.encode("utf-8", "surrogateescape") == name


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"a,b\n1,2\n", "no column of paths: name the column path"),
        (b"path\na.jpg,b.jpg\n", "Line 1 of list.csv is no header, .* quote"),
        (b"My photos\nn,path\n1,a.jpg\n", "Line 1 of list.csv is no header"),
        (b"n,path\n1,a.jpg\n2,b,c.jpg\n", "Line 3 of list.csv has more cells"),
        (b'path\na.jpg\n"b.jpg\nc.jpg\n', "close every quote"),
        (b"<html><body>Not found</body></html>", "a web page"),
        (b"PK\x03\x04" + bytes(30), "a workbook"),
        ("path\na.jpg\n".encode("utf-16-le"), "not a text table"),
        (b"\xff\xfep\x00a", "no column of paths|not a text table|is empty"),
    ],
)
def test_what_cannot_be_read_gets_one_sentence(tmp_path: Path, content, message: str) -> None:
    table = tmp_path / "list.csv"
    table.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        list(read_paths(str(table)))
    assert str(caught.value).endswith(".") and str(caught.value).isprintable()


def test_a_folder_and_a_missing_table_get_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(DataError, match="cannot be"):
            list(read_paths(str(path)))


def test_a_long_table_takes_little_memory(tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    with table.open("w") as file:
        file.write("path,note\n")
        file.writelines(f"/nowhere/photo_{at:07}.jpg,{'x' * 100}\n" for at in range(60_000))
    tracemalloc.start()
    count = sum(1 for _ in read_paths(str(table)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 60_000
    assert peak < 12 * 2**20, "the beginning of the file, as bytes, text and lines"


def test_a_parquet_table_lists_its_paths_as_they_are(tmp_path: Path) -> None:
    pq.write_table(pa.table({"path": ["a\\b.jpg", "", "ü.jpg"]}), tmp_path / "t.parquet")
    assert list(read_paths(str(tmp_path / "t.parquet"))) == ["a\\b.jpg", "ü.jpg"]
