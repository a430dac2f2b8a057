"""Tables are read the same, however a spreadsheet or an archive writes them."""

import csv
import io
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qana.data.csv_tables import read_table
from qana.data.text_tables import read_header, read_text_table
from qana.errors import DataError

ROWS = [
    ("image_id", "dx", "site", "note"),
    ("ISIC_0000001", "nv", "lower extremity", "5,5 mm; flat"),
    ("lesión_ä2", "mel", "", 'said "new"'),
    ("0003", "NA", "nan", "two\nlines"),
]
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-32")
DELIMITERS = (",", ";", "\t")
ENDINGS = ("\n", "\r\n", "\r")


def write(
    path: Path, encoding: str, delimiter: str, ending: str, start: str = "", quoting: int = 0
) -> Path:
    file = io.StringIO(newline="")
    if ending == "\r":  # a line break in a cell is quoted only if the lines end with it
        quoting = csv.QUOTE_ALL
    csv.writer(file, delimiter=delimiter, lineterminator=ending, quoting=quoting).writerows(ROWS)
    path.write_bytes((start + file.getvalue()).encode(encoding))
    return path


@pytest.mark.parametrize(
    ("encoding", "delimiter", "ending"), list(itertools.product(ENCODINGS, DELIMITERS, ENDINGS))
)
def test_every_dialect_is_the_same_table(tmp_path, encoding, delimiter, ending) -> None:
    path = write(tmp_path / "table.csv", encoding, delimiter, ending)
    table = read_text_table(path)
    assert table.header == ROWS[0]
    assert table.frame.to_numpy().tolist() == [list(row) for row in ROWS[1:]]
    assert table.lines == (2, 3, 4)
    assert read_header(path) == ROWS[0]


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize("start", ["sep=;\r\n", '"sep=;"\r\n', "SEP=;\r\n", "\r\n", ";;;\r\n\r\n"])
def test_what_excel_writes_before_the_header_is_skipped(tmp_path, start: str, quoting: int) -> None:
    path = write(tmp_path / "table.csv", "utf-8-sig", ";", "\r\n", start, quoting)
    table = read_text_table(path)
    assert table.header == ROWS[0]
    assert table.frame.to_numpy().tolist() == [list(row) for row in ROWS[1:]]
    first = 2 + start.count("\n")
    assert table.lines == (first, first + 1, first + 2)


def test_lines_count_breaks_inside_quotes_and_empty_rows(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('a,b\n"x\n\ny",1\n,\n\n2,3\n')
    assert read_text_table(path).lines == (2, 7)


def test_empty_cells_after_the_last_column_are_no_columns(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b,,\n1,2,,,,\n3\n")
    table = read_text_table(path)
    assert table.header == ("a", "b")
    assert table.frame.to_numpy().tolist() == [["1", "2"], ["3", ""]]


def test_a_table_without_a_header_keeps_its_first_row(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text("SCC,\nMEL,mel\n")
    table = read_text_table(path, has_header=False)
    assert table.frame.to_numpy().tolist() == [["SCC", ""], ["MEL", "mel"]]
    assert table.lines == (1, 2)


def test_the_delimiter_is_found_outside_of_quotes(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('a;"b,c,d,e";f\n1;2;3\n')
    assert read_text_table(path).header == ("a", "b,c,d,e", "f")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n\n,,\n", "is empty"),
        (b'"",""\n', "is empty"),
        (b"PK\x03\x04" + bytes(20), "workbook: save it as CSV"),
        (b"\xd0\xcf\x11\xe0" + bytes(20), "workbook: save it as CSV"),
        ("a,b\n1,2\n".encode("utf-16-le"), "not a text table"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "not a text table"),
        (b"a,b\n1,\0nv\n", "not a text table"),
        (b"a,b\n1,2\n3,4,5\n", "Line 3 of table.csv has more cells than the header"),
        (b"a,b\n1,2\n3" + b",4" * 1000 + b"\n", "longer than the header"),
        (b'a,"b\n1,2\n3",4,5\n6,7\n', "longer than the header"),
        (b'a,b\n1,"never closed\n2,3\n', "close every quote"),
        (b'a,b\n1,"never closed\n2,"3"\n', "close every quote"),
        (b"a,b\n1," + b"x" * 200_000, "close every quote"),
        ("a,b\n1,\u0441\n".encode("cp1251")[:-2] + b"\x81\n", "not a text table"),
    ],
)
def test_what_is_no_table_gets_one_sentence(tmp_path, content: bytes, message: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_text_table(path)
    sentence = str(caught.value)
    assert message in sentence
    assert sentence.isprintable() and sentence.endswith(".") and ": " in sentence


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be opened"):
        read_text_table(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_text_table(tmp_path / "none.csv")
    with pytest.raises(DataError, match=r"no file .*none\.csv"):
        read_table(tmp_path / "none.csv", ())
    assert read_header(tmp_path / "none.csv") == read_header(tmp_path) == ()


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300), st.sampled_from([b"", b"a,b\n", b"a;b;c\n", b"\xff\xfea\0"]))
@pytest.mark.parametrize("reader", [read_text_table, read_header])
def test_any_bytes_are_read_or_refused(
    tmp_path: Path, reader: Callable, junk: bytes, start: bytes
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(start + junk)
    try:
        reader(path)
    except DataError as error:
        assert str(error).isprintable()
