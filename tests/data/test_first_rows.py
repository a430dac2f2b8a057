"""The first row of a table is found below what programs and people write above it."""

from pathlib import Path

import pytest

from qana.data.text_tables import read_header, read_text_table
from qana.errors import DataError

HEADER = ("image_id", "dx", "age")
ROWS = [["ISIC_1", "nv", "45"], ["ISIC_2", "mel", "5"]]
COMMENTS = (
    "# HAM10000 export 2024",
    "# exported, by hand",
    "# a, b, c, d, e",
    "#exported;by\thand",
    '"# in quotes"',
    "# one\n\n# two, with dx\n",
    "## 1, 2 and 3",
)


def write(path: Path, above: str, delimiter: str, encoding: str = "utf-8") -> Path:
    lines = [delimiter.join(row) for row in (HEADER, *ROWS)]
    path.write_bytes((above + "\n".join(lines) + "\n").encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("comment", COMMENTS)
def test_comments_above_the_header_are_skipped(tmp_path, comment, delimiter, encoding) -> None:
    path = write(tmp_path / "t.csv", f"{comment}\n", delimiter, encoding)
    table = read_text_table(path)
    assert table.header == read_header(path) == HEADER
    assert table.frame.to_numpy().tolist() == ROWS
    first = 3 + comment.count("\n")
    assert table.lines == (first, first + 1)


@pytest.mark.parametrize("start", ["#", "# ", '"#'])
def test_a_header_may_begin_with_a_number_sign(tmp_path: Path, start: str) -> None:
    path = tmp_path / "t.csv"
    end = '"' if start.startswith('"') else ""
    path.write_text(f"# by hand\n{start}image_id{end},dx\nISIC_1,nv\n")
    table = read_text_table(path)
    assert [name.strip("# ") for name in table.header] == ["image_id", "dx"]
    assert table.frame.to_numpy().tolist() == [["ISIC_1", "nv"]]


def test_a_column_of_numbers_may_be_named_by_a_number_sign(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("#,image_id\n1,ISIC_1\n")
    assert read_text_table(path).header == ("#", "image_id")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("title", ["HAM10000 export", "HAM10000 export{0}{0}", "Patients\n\n2024"])
def test_a_title_is_named(tmp_path: Path, title: str, delimiter: str) -> None:
    path = write(tmp_path / "t.csv", f"{title.format(delimiter)}\n", delimiter)
    with pytest.raises(DataError, match=r"Line 1 of t.csv is no header, .*: delete") as caught:
        read_text_table(path)
    assert str(caught.value).isprintable()


def test_a_table_of_one_column_has_no_title(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("path\na;b.jpg\nc.jpg\n")
    table = read_text_table(path)
    assert (table.header, table.frame[0].tolist()) == (("path",), ["a;b.jpg", "c.jpg"])


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<!DOCTYPE html>\n<html><body>Not found, log in</body></html>", "a web page"),
        (b"\xef\xbb\xbf\r\n <HTML><body>a,b,c", "a web page"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "an XML file"),
        (b'[{"image_id": "ISIC_1", "dx": "nv"}]', "a JSON file"),
        (b'\n{"images": []}', "a JSON file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git LFS"),
        (b"\x1f\x8b\x08\x00" + bytes(20), "compressed"),
        (b"PAR1" + bytes(20), "a Parquet file"),
        (b"PK\x03\x04" + bytes(20), "a workbook"),
        (b"%PDF-1.7\n", "a PDF file"),
    ],
)
def test_a_file_of_another_kind_is_named(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"t.csv is .*{what}.*: ") as caught:
        read_text_table(path)
    assert str(caught.value).endswith(".")
    assert read_header(path) == ()
