"""A process that is lost costs no row, and only a photo that ends it alone has no answer."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from qana.errors import ModelError, UserError
from qana.inference.manifest import find_entry
from qana.screening import local_pool
from qana.screening.chunks import Chunk, cut_chunks
from qana.screening.local_pool import CRASHES, LocalPool
from qana.screening.process_handle import ProcessLostError
from qana.screening.rows import ScreeningRow, make_lost_row
from qana.screening.screen import CHUNK_SIZE, screen

SHA256 = find_entry("akida2").sha256


class FakeProcess:
    """Stands for a process that "killer.jpg" ends, and that is lost at times for no reason."""

    def __init__(self, model: str, sha256: str) -> None:
        self.closed = False
        self.asked = 0

    def start(self) -> bool:
        return not self.closed

    def ask(self, paths: tuple[str, ...]) -> list[ScreeningRow]:
        self.asked += 1
        if "killer.jpg" in paths or self.asked % 5 == 0:
            raise ProcessLostError
        return [self.make_row(path, "fine") for path in paths]

    def make_row(self, path: str, reason: str) -> ScreeningRow:
        return make_lost_row(path, reason, "akida2", SHA256, "simulator")

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def fake(monkeypatch) -> None:
    monkeypatch.setattr(local_pool, "ProcessHandle", FakeProcess)


@pytest.mark.parametrize("workers", [1, 3])
def test_only_the_photo_that_ends_the_process_has_no_answer(fake, workers: int) -> None:
    paths = [f"{number}.jpg" for number in range(100)]
    paths[41] = "killer.jpg"
    found = sorted(LocalPool("akida2", SHA256, workers).run(cut_chunks(paths, 8)), key=by_number)
    rows = [row for chunk in found for row in chunk.rows]
    assert [row.path for row in rows] == paths
    assert [row.path for row in rows if row.reason == CRASHES] == ["killer.jpg"]


def by_number(chunk) -> int:
    return chunk.number


def test_chunks_are_taken_only_as_they_are_needed(fake) -> None:
    taken = []

    def list_chunks() -> Iterator[Chunk]:
        for number in range(10_000):
            taken.append(number)
            yield Chunk(number, (f"{number}.jpg",))

    with closing(LocalPool("akida2", SHA256, 2).run(list_chunks())) as screened:
        next(screened)
        time.sleep(0.2)
        assert len(taken) < 20
    assert threading.active_count() < 20


def test_a_fault_while_paths_are_listed_is_raised(fake) -> None:
    def list_chunks() -> Iterator[Chunk]:
        yield Chunk(0, ("a.jpg",))
        raise UserError("The list broke off.")

    with pytest.raises(UserError, match="The list broke off"):
        list(LocalPool("akida2", SHA256, 2).run(list_chunks()))


def list_children() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if is_worker(one)]


def is_worker(process: psutil.Process) -> bool:
    """Says whether a process classifies. One that another test has ended has no command line."""
    try:
        return "worker_process" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # or its kind ZombieProcess
        return False


def test_a_model_that_cannot_be_loaded_ends_the_run_with_its_sentence() -> None:
    with pytest.raises(UserError, match="differs between the computers"):
        list(LocalPool("akida2", "0" * 64, 1).run([Chunk(0, ("a.jpg",))]))
    assert not list_children()


def test_rows_of_the_interface_come_in_order_and_end_with_it(photos_folder: Path) -> None:
    # More chunks than the queue and both processes hold, so that these cannot end early.
    paths = sorted(photos_folder.rglob("*.jpg"), reverse=True)[: 2 * CHUNK_SIZE] * 4
    rows = screen(iter(paths), workers=2)
    assert next(rows).path == str(paths[0])
    assert list_children()
    killed = list_children()[0]
    killed.kill()
    assert [row.path for row in rows] == [str(path) for path in paths[1:]]
    assert not list_children()
    rows = screen(photos_folder, workers=1)  # one path, in place of several
    next(rows)
    rows.close()
    assert not list_children()


def test_the_interface_names_a_wrong_model_at_once() -> None:
    with pytest.raises(ModelError, match="choose one of"):
        screen(["x.jpg"], model="nope")


def test_no_process_loads_tensorflow_or_torch(some_photos) -> None:
    code = (
        "import sys, psutil, qana\n"
        "rows = qana.screen(sys.argv[1:] * 3, workers=1)\n"
        "print(next(rows).status)\n"
        "maps = [m.path for c in psutil.Process().children() for m in c.memory_maps()]\n"
        "assert any('akida' in one for one in maps), maps\n"
        "assert not any('tensorflow' in one or 'torch' in one for one in maps)\n"
        "bad = {'tensorflow', 'torch', 'pandas', 'sklearn', 'ray', 'pyarrow'} & set(sys.modules)\n"
        "assert not bad, bad\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, some_photos)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in ("classified", "abstained", "rejected")


def test_a_worker_ends_when_its_parent_is_killed(some_photos) -> None:
    code = (
        "import sys, time, qana\n"
        "rows = qana.screen(sys.argv[1:] * 50, workers=1)\n"
        "next(rows); print('going', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, *map(str, some_photos)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"going\n"
        children = psutil.Process(parent.pid).children()
        assert children
        os.kill(parent.pid, signal.SIGKILL)
    _gone, alive = psutil.wait_procs(children, timeout=120)
    assert not alive
