"""The number of workers is checked, and what a worker says of a chip is passed on."""

import logging
import pickle
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from qana.errors import UserError
from qana.inference import chips
from qana.inference.manifest import find_entry
from qana.screening.local_pool import MAX_WORKERS, check_workers, count_cores
from qana.screening.process_handle import ProcessHandle
from qana.screening.rows import make_lost_row
from qana.screening.screen import screen
from qana.screening.screen_table import ScreeningPlan, screen_to_table
from qana.screening.worker_process import WorkerReady, WorkerRows
from tests.doubles.device_nodes import needs_own_nodes, run_with_node

WRONG = (-1, 0, 1.5, 2.0, float("nan"), "2", True, MAX_WORKERS + 1, [1], Decimal(1), np.int64(-3))


@pytest.mark.parametrize("workers", WRONG)
def test_a_wrong_number_of_workers_is_refused_at_once(workers, some_photos, tmp_path) -> None:
    with pytest.raises(UserError, match=r"give a whole number from 1 to 1024"):
        screen([some_photos[0]], workers=workers)
    plan = ScreeningPlan([str(some_photos[0])], tmp_path / "t.csv", workers=workers)
    with pytest.raises(UserError, match="number of workers"):
        screen_to_table(plan)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("workers", "count"), [(None, count_cores()), (1, 1), (MAX_WORKERS, MAX_WORKERS)]
)
def test_a_whole_number_of_workers_passes(workers, count: int) -> None:
    assert check_workers(workers) == count
    assert check_workers(np.int32(3)) == 3


@pytest.mark.parametrize(
    ("first", "later", "expected"),
    [
        (None, None, []),
        ("No board.", "No board.", ["No board."]),
        (None, "The chip is lost.", ["The chip is lost."]),
        ("No board.", "The chip is lost.", ["No board.", "The chip is lost."]),
    ],
)
def test_each_warning_of_a_worker_is_logged_once(
    first, later, expected, monkeypatch, caplog, some_photos
) -> None:
    monkeypatch.setattr(chips, "_reported", set())
    sha256 = find_entry("akida2").sha256
    row = make_lost_row("x", "fine", "akida2", sha256, "simulator")
    for _worker in range(2):
        process = ProcessHandle("akida2", sha256)
        monkeypatch.setattr(process, "_open", FakePopen)
        messages = iter([WorkerReady("simulator", first), *[WorkerRows([row], later)] * 3])
        monkeypatch.setattr(process, "_receive", lambda left=messages: next(left))
        assert process.start()
        for _chunk in range(3):
            assert process.ask(("x",)) == [row]
        process.close()
    assert [record.message for record in caplog.records] == expected
    assert {record.levelno for record in caplog.records} <= {logging.WARNING}


class FakePopen:
    """A process that takes anything."""

    def __init__(self) -> None:
        self.stdin = self.stdout = self

    def write(self, data: bytes) -> int:
        assert pickle.loads(data) == ("x",)
        return len(data)

    def __getattr__(self, _name: str):
        return lambda: None


@needs_own_nodes
def test_screen_names_the_problem_of_a_board_once(some_photos: list[Path], tmp_path) -> None:
    words = ("screen", *some_photos[:2], "--out", tmp_path / "t.csv", "--workers", 2)
    done = run_with_node("akida0", "666", sys.executable, "-m", "qana", *words)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("An Akida board is there") == 1
    assert chips.SILENT in done.stderr
