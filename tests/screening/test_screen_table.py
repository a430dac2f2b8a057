"""The table has a row for each file, and is the same for any number of workers."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from qana.screening.rows import COLUMNS, NOTICE
from qana.screening.tables import SCHEMA
from tests.doubles.bad_files import zip_photos
from tests.doubles.screen_runs import expected, list_names, read_csv, screen

__all__ = ["expected"]

ROOT = Path(__file__).parents[2]


def test_the_table_has_a_row_for_each_file(expected: bytes, photos_folder, tmp_path) -> None:
    (tmp_path / "table.csv").write_bytes(expected)
    rows = read_csv(tmp_path / "table.csv")
    files = sorted(str(path) for path in photos_folder.rglob("*") if path.is_file())
    assert [row["path"] for row in rows] == files
    assert len(files) == 70
    assert list(rows[0]) == [*COLUMNS, "notice"]
    assert {row["notice"] for row in rows} == {NOTICE}
    assert {row["status"] for row in rows} == {"classified", "abstained", "rejected"}
    answered = [row for row in rows if row["status"] != "rejected"]
    assert len(answered) > 35
    assert all(row["sha256"] and row["events"] and row["top3_label"] for row in answered)
    assert all(row["reason"] for row in rows if row["status"] != "classified")


def test_two_workers_give_the_same_bytes_and_leave_nothing_else(
    expected: bytes, photos_folder, tmp_path, capfd
) -> None:
    out = tmp_path / "table.csv"
    assert screen(photos_folder, "--out", out, "--workers", 2, "--json") == 0
    assert out.read_bytes() == expected
    assert list_names(tmp_path) == ["table.csv"]
    printed, messages = capfd.readouterr()
    assert json.loads(printed)["rows"] == 70
    assert "70/70" in messages and "photos/s" in messages and NOTICE in messages


@pytest.mark.slow
def test_four_workers_give_the_same_bytes(expected: bytes, photos_folder, tmp_path) -> None:
    out = tmp_path / "table.csv"
    assert screen(photos_folder, "--out", out, "--workers", 4) == 0
    assert out.read_bytes() == expected


@pytest.mark.slow
def test_parquet_has_the_same_rows_and_the_notice(expected, photos_folder, tmp_path) -> None:
    one, two = tmp_path / "1.parquet", tmp_path / "2.parquet"
    for out, workers in ((one, 1), (two, 2)):
        assert screen(photos_folder, "--out", out, "--workers", workers) == 0
    assert one.read_bytes() == two.read_bytes()
    table = pq.read_table(one)
    assert table.schema.equals(SCHEMA)
    assert table.schema.metadata[b"notice"] == NOTICE.encode()
    (tmp_path / "table.csv").write_bytes(expected)
    for row, text in zip(table.to_pylist(), read_csv(tmp_path / "table.csv"), strict=True):
        for name in COLUMNS:
            same = row[name] is None and text[name] == ""
            number = isinstance(row[name], int | float) and float(text[name]) == row[name]
            assert same or number or row[name] == text[name], name


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("table.txt", "neither .csv nor .parquet"),
        ("no/table.csv", "There is no folder"),
        ("folder.csv", "is a folder"),
        ("taken.csv", "not a folder of this command"),
        ("x" * 300 + ".csv", "cannot be written"),
    ],
)
def test_the_place_of_the_output_is_checked_first(tmp_path, capsys, name, sentence) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "taken.csv.unfinished").mkdir()
    (tmp_path / "taken.csv.unfinished" / "letter.txt").write_text("mine")
    assert screen(tmp_path, "--out", tmp_path / name) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert sentence in line
    assert (tmp_path / "taken.csv.unfinished" / "letter.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["EMPTY", "--out", "t.csv"], "have no photo"),
        (["missing", "--out", "t.csv"], "no file or folder"),
        (["EMPTY", "--out", "t.csv", "--workers", "0"], "--workers"),
        (["EMPTY", "--out", "t.csv", "--model", "nope"], "no model"),
        (["EMPTY", "--out", "t.csv", "--address", "auto"], "--engine ray"),
    ],
)
def test_wrong_use_gets_one_sentence_and_leaves_nothing(
    tmp_path, monkeypatch, capsys, words, sentence
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "EMPTY").mkdir()
    assert screen(*words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert sentence in line
    assert list_names(tmp_path) == ["EMPTY"]


def test_any_source_and_any_name(some_photos, tmp_path, monkeypatch) -> None:
    """A folder with the output in it, an archive, a table, a photo, and odd names."""
    monkeypatch.chdir(tmp_path)
    names = ["plain.jpg", 'a,"b".jpg', "new\nline.jpg", "ü\u202e.jpg", "\udcff\udcfe.jpg", "=1.jpg"]
    folder = tmp_path / "in"
    folder.mkdir()
    for name, photo in zip(names, some_photos, strict=False):
        shutil.copy(photo, folder / name)
    archive = zip_photos(Path("photos.zip"), some_photos[:2])
    Path("list.csv").write_text("path\nin/plain.jpg\ngone.jpg\n")
    out = folder / "out.csv"
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "qana", "screen", "in", str(archive), "list.csv", "in/=1.jpg"]
    for resume in ([], ["--resume"]):  # with nothing to continue, it begins
        done = subprocess.run(
            [*command, "--out", str(out), "--workers", "1", *resume],
            env=environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        rows = read_csv(out)
        found = [row["path"] for row in rows]
        assert found == sorted(found)
        assert set(found) == {
            *(f"in/{name}" for name in names if "\udcff" not in name),
            "in/\\xff\\xfe.jpg",
            *(f"photos.zip/inner/{photo.name}" for photo in some_photos[:2]),
            "gone.jpg",
        }
        gone = next(row for row in rows if row["path"] == "gone.jpg")
        assert "cannot be opened" in gone["reason"]
        assert sum(row["sha256"] == "" for row in rows) == 1
