"""Any path can be printed, output places are checked first, and no error ends in a traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qana.cli.common import check_output_file, check_output_folder
from qana.cli.main import TRACEBACK, main
from qana.data.samples import Sample
from qana.errors import UserError
from qana.imaging import read_image

NAMES = ("lesion 😀.jpg", "läsion→.jpg", "病変.jpg", os.fsdecode(b"bad\xff.jpg"), "a\nb.jpg")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437:strict", "utf-8"])
def test_a_path_that_stdout_cannot_print_ends_no_run(
    tmp_path: Path, samples: tuple[Sample, ...], encoding: str
) -> None:
    paths = [tmp_path / name for name in NAMES]
    for path in paths:
        path.write_bytes(samples[0].path.read_bytes())
    for option in ((), ("--json",)):
        ran = subprocess.run(
            [sys.executable, "-m", "qana", "predict", *option, *paths, tmp_path / "😀 missing"],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": encoding},
        )
        assert ran.returncode == 2, ran.stderr  # of the missing file only
        assert b"Traceback" not in ran.stderr and b"missing" in ran.stderr
        assert ran.stdout.count(b"events") == len(NAMES) + bool(option)


def list_wrong_files(folder: Path) -> list[Path]:
    (folder / "file").touch()
    return [
        *(folder / "none" / "x.fbz", folder, folder / "file" / "x.fbz"),
        *(folder / ("a" * 300), Path("/proc/x.fbz")),
    ]


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize(
    "command",
    [
        ("convert", "--model", "akida2", "--out"),
        ("handout", "--out"),
        ("learn", "--undo", "--head"),
    ],
)
def test_an_output_file_is_checked_before_the_work(
    tmp_path: Path, monkeypatch, capsys, command: tuple[str, ...], place: int
) -> None:
    def work(*_: object) -> None:
        raise AssertionError("the work has begun")

    monkeypatch.setattr("qana.network.quantizeml_loading.load_model", work)
    monkeypatch.setattr("qana.cli.handout.gather_content", work)
    monkeypatch.setattr("qana.cli.learn.EdgeLearner", work)
    path = list_wrong_files(tmp_path)[place]
    assert main([*command, str(path)]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.endswith(".") and ": " in sentence


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize(
    "command",
    [
        ("train", "--data", "x", "--out"),
        ("train", "--data", "x", "--runs"),
        ("study", "bits", "--data", "x", "--out"),
        ("protocol", "lesion", "--data", "x", "--runs"),
    ],
)
def test_an_output_folder_is_checked_before_the_work(
    tmp_path: Path, capsys, command: tuple[str, ...], place: int
) -> None:
    (tmp_path / "file").touch()
    wrong = (tmp_path / "file", tmp_path / "file" / "x", Path("/proc/x/y"), tmp_path / ("a" * 300))
    assert main([*command, str(wrong[place])]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "cannot be written to: give a place" in sentence


@pytest.mark.parametrize("name", ["photo.jpg", "handout", "-", "new.png"])
def test_a_handout_replaces_no_photo(tmp_path: Path, monkeypatch, capsys, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("photo.jpg").write_bytes(b"my photo")
    assert main(["handout", "--out", name]) == 2
    assert "does not end in .pdf: give a file of this kind." in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]
    assert Path("photo.jpg").read_bytes() == b"my photo"


@pytest.mark.parametrize(
    "command",
    [
        ("learn", "--images", ""),
        ("evaluate", "--images", "", "--labels", "x.csv"),
        ("evaluate", "--images", "x", "--labels", ""),
        ("train", "--data", ""),
        ("screen", "x", "--out", ""),
    ],
)
def test_an_empty_path_is_not_the_current_folder(capsys, command: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(command))
    assert ended.value.code == 2
    assert "the path is empty: give a file or a folder." in capsys.readouterr().err


@pytest.mark.parametrize(
    "sign", ["\n", "\r", "\x1b[31m", "\x1b]0;title\x07", "\x9b2J", "\u2028", "\u202e", "\u2066"]
)
def test_a_name_moves_no_cursor(tmp_path: Path, samples, capsys, sign: str) -> None:
    good, bad = tmp_path / f"good{sign}.jpg", tmp_path / f"bad{sign}.jpg"
    good.write_bytes(samples[0].path.read_bytes())
    bad.write_bytes(b"no photo")
    assert main(["predict", str(good), str(bad)]) == 2
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 2
    assert len(printed.err.splitlines()) == 2  # the bad one, and what the app is for
    assert not any(sign in line for line in printed.out.split("\n") + printed.err.split("\n"))


def test_json_is_unicode_whatever_the_name(tmp_path: Path, samples, capsys) -> None:
    path = tmp_path / os.fsdecode(b"bad\xff.jpg")
    path.write_bytes(samples[0].path.read_bytes())
    assert main(["predict", "--json", str(path)]) == 0
    (answer,) = json.loads(capsys.readouterr().out)["images"]
    assert answer["path"].encode("utf-8").endswith(rb"bad\xff.jpg")


def test_answers_are_printed_as_they_come(samples, monkeypatch, capsys) -> None:
    answered = []

    def stop(path: Path) -> object:
        if answered:
            raise KeyboardInterrupt
        answered.append(path)
        return read_image(path)

    monkeypatch.setattr("qana.cli.predict.read_image", stop)
    assert main(["predict", *(str(sample.path) for sample in samples[:2])]) == 130
    assert "events" in capsys.readouterr().out


def test_a_full_disk_names_the_table_and_the_way_on(tmp_path: Path, monkeypatch, capsys) -> None:
    def fill(_: object, show_progress: Callable[[int, int], None]) -> int:
        show_progress(3, 8)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("qana.cli.screen.screen_to_table", fill)
    assert main(["screen", str(tmp_path), "--out", str(tmp_path / "x.csv")]) == 2
    sentence = capsys.readouterr().err.splitlines()[-1]
    assert "x.csv is full after 3 of 8 photos" in sentence and "--resume" in sentence


def test_good_places_pass_and_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    check_output_file(tmp_path / "there")
    check_output_file(tmp_path / "new")
    check_output_folder(tmp_path)
    check_output_folder(tmp_path / "new" / "deep" / "er")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (UserError("Give --x."), 2, "Give --x."),
        (PermissionError(13, "Permission denied", "x.npz"), 2, "x.npz cannot be read or written"),
        (OSError(28, "No space left on device"), 2, "No space left on device"),
        (MemoryError(), 1, "The memory is full: "),
        (KeyError("a\nb"), 1, "fault of QANA (KeyError: 'a\\nb')"),
        (RuntimeError("x\ny" * 1000), 1, "fault of QANA (RuntimeError: x yx"),
        (KeyboardInterrupt(), 130, "Stopped."),
    ],
)
def test_no_error_ends_in_a_traceback(monkeypatch, capsys, error, code: int, words: str) -> None:
    def fail(_: object) -> int:
        raise error

    monkeypatch.delenv(TRACEBACK, raising=False)
    monkeypatch.setattr("qana.cli.models.run", fail)
    assert main(["models"]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line and len(line) < 400


def test_the_place_of_a_fault_is_shown_on_request(monkeypatch) -> None:
    def fail(_: object) -> int:
        raise RuntimeError

    monkeypatch.setenv(TRACEBACK, "1")
    monkeypatch.setattr("qana.cli.models.run", fail)
    with pytest.raises(RuntimeError):
        main(["models"])
