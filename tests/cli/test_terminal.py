"""Any path can be printed, output places are checked first, and no error ends in a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qana.cli.common import check_output_file, check_output_folder
from qana.cli.main import TRACEBACK, main
from qana.data.samples import Sample
from qana.errors import UserError

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
