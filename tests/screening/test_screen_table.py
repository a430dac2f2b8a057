"""The table has a row for each file, and is the same for any number of workers and any kill."""

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from qana.cli.main import main
from qana.inference.manifest import find_entry
from qana.screening.rows import COLUMNS, NOTICE
from qana.screening.tables import SCHEMA
from qana.screening.unfinished_run import describe_settings
from tests.doubles.bad_files import zip_photos

ROOT = Path(__file__).parents[2]


def screen(*words: object) -> int:
    return main(["screen", *map(str, words)])


def list_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def expected(photos_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of one worker, uninterrupted."""
    out = tmp_path_factory.mktemp("expected") / "table.csv"
    assert screen(photos_folder, "--out", out, "--workers", 1) == 0
    return out.read_bytes()


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


def start(*words: object) -> "subprocess.Popen[bytes]":
    # A shell that runs the tests in the background makes its processes ignore Ctrl-C.
    heeding = ["env", "--default-signal=INT"]
    return subprocess.Popen(
        [*heeding, sys.executable, "-m", "qana", "screen", *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def count_parts(out: Path) -> int:
    return len(list(out.with_name(f"{out.name}.unfinished").glob("parts/*/*.arrow")))


def wait_for_parts(process: "subprocess.Popen[bytes]", out: Path, parts: int) -> None:
    deadline = time.monotonic() + 300
    while count_parts(out) < parts and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(scope="module")
def many_photos(photos_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """280 files, so that a run lasts long enough to be stopped in the middle."""
    root = tmp_path_factory.mktemp("copies") / "photos"
    for number in range(4):
        shutil.copytree(photos_folder, root / str(number))
    return root


def test_a_killed_run_continues_to_the_same_bytes(many_photos: Path, tmp_path) -> None:
    out, whole = tmp_path / "table.csv", tmp_path / "whole" / "table.csv"
    whole.parent.mkdir()
    assert screen(many_photos, "--out", whole, "--workers", 1) == 0
    words = (many_photos, "--out", out, "--workers", 1)
    with start(*words) as process:
        wait_for_parts(process, out, 1)
        process.kill()
    assert not out.exists()
    done = count_parts(out)
    assert done >= 1
    # Without --resume the work is not thrown away.
    assert screen(*words) == 2
    # Half a file of a part, and other traces of a kill in the middle of writing.
    folder = next(out.with_name("table.csv.unfinished").glob("parts/*"))
    (folder / "000000002.arrow.unfinished").write_bytes(b"half")
    (folder.parents[1] / "paths.new.0").write_bytes(b'"half')
    assert screen(*words, "--resume") == 0
    assert out.read_bytes() == whole.read_bytes()
    assert sorted(list_names(tmp_path)) == ["table.csv", "whole"]


@pytest.mark.slow
def test_runs_that_are_killed_at_random_moments_continue_to_the_same_bytes(
    expected: bytes, photos_folder, tmp_path
) -> None:
    """The parent or one of its workers, at any moment from the start of Python on."""
    rng = random.Random(5)
    out = tmp_path / "table.csv"
    words = (photos_folder, "--out", out, "--workers", 2, "--resume")
    for kill in range(8):
        with start(*words) as process:
            time.sleep(rng.uniform(0, 6))
            victims = psutil.Process(process.pid).children() if process.poll() is None else []
            if kill % 2 and victims:
                rng.choice(victims).kill()
                time.sleep(rng.uniform(0, 3))
            process.kill()
    assert screen(*words) == 0
    assert out.read_bytes() == expected


@pytest.mark.slow
def test_killed_workers_cost_no_row(expected: bytes, photos_folder, tmp_path) -> None:
    out = tmp_path / "table.csv"
    with start(photos_folder, "--out", out, "--workers", 2) as process:
        for parts in (1, 2, 3):
            wait_for_parts(process, out, parts)
            for child in psutil.Process(process.pid).children() if process.poll() is None else []:
                child.kill()
        assert process.wait(300) == 0
    assert out.read_bytes() == expected


def test_ctrl_c_ends_cleanly_with_a_sentence(many_photos: Path, tmp_path) -> None:
    out = tmp_path / "table.csv"
    with start(many_photos, "--out", out, "--workers", 1) as process:
        wait_for_parts(process, out, 1)
        children = psutil.Process(process.pid).children()
        process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Stopped after" in messages and b"--resume" in messages
    assert b"Traceback" not in messages
    _gone, alive = psutil.wait_procs(children, timeout=20)
    assert not alive


@pytest.fixture
def interrupted(photos_folder: Path, tmp_path: Path) -> Path:
    """The output of a run that was killed after its list was written."""
    out = tmp_path / "table.csv"
    with start(photos_folder, "--out", out, "--workers", 1) as process:
        state = out.with_name("table.csv.unfinished")
        while not (state / "run.json").exists() and process.poll() is None:
            time.sleep(0.01)
        process.kill()
    return out


def test_what_changed_since_the_interruption_is_named(
    interrupted: Path, photos_folder, tmp_path, capsys
) -> None:
    state = interrupted.with_name("table.csv.unfinished")
    before = sorted(path.name for path in state.iterdir())
    words = (photos_folder, "--out", interrupted, "--resume")
    for sources, sentence in (
        ((photos_folder / "a", *words[1:]), "The list of photos differs"),
        ((*words, "--model", "akd1000"), "had another model"),
    ):
        assert screen(*sources) == 2
        (line,) = [one for one in capsys.readouterr().err.splitlines() if one]
        assert sentence in line and "start over" in line
    assert screen(*words[:-1]) == 2
    assert "add --resume" in capsys.readouterr().err
    record = json.loads((state / "run.json").read_text())
    for name in describe_settings(find_entry("akida2")):
        (state / "run.json").write_text(json.dumps(record | {name: "another"}))
        assert screen(*words) == 2
        assert "had another" in capsys.readouterr().err
    assert set(before) <= {path.name for path in state.iterdir()}


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


def test_two_runs_do_not_write_the_same_table(many_photos, tmp_path, capsys) -> None:
    out = tmp_path / "table.csv"
    with start(many_photos, "--out", out, "--workers", 1) as process:
        wait_for_parts(process, out, 1)
        assert screen(many_photos, "--out", out, "--resume") == 2
        assert "Another run" in capsys.readouterr().err
        process.kill()
