"""Ray gives the bytes of the local engine, continues its runs, and names what is missing."""

import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from qana.cli.main import main
from qana.errors import ModelError
from qana.screening.chunks import cut_chunks

ROOT = Path(__file__).parents[2]
needs_ray = pytest.mark.skipif(
    find_spec("ray") is None, reason="Ray is not installed: run `pip install '.[screen]'`."
)


@pytest.fixture(autouse=True)
def keep_up(monkeypatch) -> None:
    """Runs Ray's workers at the priority of the tests beside them, so that they are not starved."""
    monkeypatch.setenv("RAY_worker_niceness", "0")


def is_agent(process: psutil.Process) -> bool:
    """Finds Ray's agents: they try for 60 s to report that the others ended, before they end."""
    try:
        return "agent" in " ".join(process.cmdline()).lower()
    except psutil.NoSuchProcess:
        return True


def screen(*words: object) -> int:
    return main(["screen", *map(str, words)])


def test_without_ray_one_sentence_names_the_extra(
    some_photos, tmp_path, monkeypatch, capsys
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "qana.screening.ray_engine", raising=False)
    out = tmp_path / "table.csv"
    assert screen(some_photos[0], "--out", out, "--engine", "ray") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "'.[screen]'" in line
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.alone
@needs_ray
def test_a_local_ray_gives_the_same_bytes_and_continues_a_killed_run(
    photos_folder: Path, tmp_path: Path
) -> None:
    expected = tmp_path / "expected.csv"
    assert screen(photos_folder, "--out", expected, "--workers", 2) == 0
    out = tmp_path / "table.csv"
    words = [photos_folder, "--out", out, "--engine", "ray", "--workers", 2]
    command = [sys.executable, "-m", "qana", "screen", *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as process:
        while not list(tmp_path.glob("*/parts/*/*.arrow")) and process.poll() is None:
            time.sleep(0.05)
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    _gone, alive = psutil.wait_procs(children, timeout=120)
    assert all(map(is_agent, alive))
    done = subprocess.run([*command, "--resume"], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == expected.read_bytes()
    assert b"Warning" not in done.stderr and b"Traceback" not in done.stderr
    _gone, alive = psutil.wait_procs(children, timeout=60)
    assert not alive


@pytest.mark.slow
@pytest.mark.alone
@needs_ray
def test_an_actor_with_another_model_ends_the_run_with_its_sentence(some_photos) -> None:
    from qana.screening.ray_engine import RayEngine

    chunks = cut_chunks(map(str, some_photos), 4)
    with pytest.raises(ModelError, match="differs between the computers"):
        list(RayEngine("akida2", "0" * 64, 1).run(chunks))


@pytest.mark.slow
@pytest.mark.alone
@needs_ray
def test_a_cluster_that_does_not_answer_is_named(some_photos, tmp_path, capsys) -> None:
    words = ("--engine", "ray", "--address", "127.0.0.1:1")
    assert screen(some_photos[0], "--out", tmp_path / "table.csv", *words) == 2
    assert "Ray cannot be reached" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.slow
@needs_ray
def test_a_cluster_with_a_token_says_how_to_join(
    some_photos, tmp_path, capsys, monkeypatch
) -> None:
    import ray

    def refuse(**options: object) -> None:  # as ray.init of 2.60 does after 20 s
        cause = RuntimeError("Last error: ray.exceptions.AuthenticationError: InvalidAuthToken")
        raise ConnectionError("Failed to connect") from cause

    monkeypatch.setattr(ray, "init", refuse)
    with socket.create_server(("127.0.0.1", 0)) as server:
        words = ("--engine", "ray", "--address", f"127.0.0.1:{server.getsockname()[1]}")
        assert screen(some_photos[0], "--out", tmp_path / "table.csv", *words) == 2
    assert "set RAY_AUTH_MODE=token" in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "table.csv.unfinished").exists()  # the next try needs no --resume
