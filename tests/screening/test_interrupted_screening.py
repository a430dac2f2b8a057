"""A run that was killed or stopped goes on to the same table, and two runs do not mix."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from qana.inference.manifest import find_entry
from qana.screening.unfinished_run import describe_settings
from tests.doubles.screen_runs import expected, list_names, screen

__all__ = ["expected"]

ROOT = Path(__file__).parents[2]


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_cleanly_with_a_sentence(many_photos: Path, tmp_path, number) -> None:
    out = tmp_path / "table.csv"
    with start(many_photos, "--out", out, "--workers", 1) as process:
        wait_for_parts(process, out, 1)
        children = psutil.Process(process.pid).children()
        process.send_signal(number)
        _, messages = process.communicate(timeout=300)
    assert process.returncode == 130
    assert b"Stopped after" in messages and b"--resume" in messages
    assert b"Traceback" not in messages
    _gone, alive = psutil.wait_procs(children, timeout=120)
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


def test_two_runs_do_not_write_the_same_table(many_photos, tmp_path, capsys) -> None:
    out = tmp_path / "table.csv"
    with start(many_photos, "--out", out, "--workers", 1) as process:
        wait_for_parts(process, out, 1)
        assert screen(many_photos, "--out", out, "--resume") == 2
        assert "Another run" in capsys.readouterr().err
        process.kill()
