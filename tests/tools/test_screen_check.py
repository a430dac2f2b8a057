"""The check of `qana screen` writes bad files of every kind and names each missed target."""

import copy
import time
from pathlib import Path
from typing import Any

import pytest

from qana.data.samples import load_samples
from qana.screening.worker import ScreeningWorker
from tools.processor_time import OutsideClock, ProcessorClock
from tools.screen_check.__main__ import describe_run
from tools.screen_check.bad_files import count_bad_rows, write_bad_file
from tools.screen_check.runs import RunResult, ScreenedFolder
from tools.screen_check.targets import MIN_SPEEDUP, list_missed_targets

KINDS = 10
RUN = {"equal": True, "message": "", "growth": 0.01, "other_cores": 0.0}
GOOD: dict[str, Any] = {
    "loop": {"other_cores": 0.0},
    "runs": {"1 workers": {**RUN}, "2 workers": {**RUN}, "ray": {**RUN}},
    "killed": {"equal": True, "message": ""},
    "lost": {"equal": True, "message": ""},
    "bad_files": {"files": 20, "rows_with_a_reason": 20},
    "speedup": MIN_SPEEDUP + 0.1,
}


@pytest.fixture
def sources() -> list[Path]:
    return [sample.path for sample in load_samples()[:3]]


def test_every_kind_of_bad_file_is_rejected_with_a_reason(
    tmp_path: Path, sources: list[Path]
) -> None:
    for number in range(KINDS):
        write_bad_file(tmp_path, number, sources)
    paths = sorted(map(str, tmp_path.iterdir()))
    assert len(paths) == KINDS and len({path.rpartition("_")[2] for path in paths}) == KINDS
    for row in ScreeningWorker("akida2").screen(paths):
        assert row.status == "rejected" and row.reason, row.path


def test_bad_rows_are_counted_by_path_status_and_reason() -> None:
    table = (
        b"path,status,reason\nx/bad_1_cut.jpg,rejected,It is damaged.\n"
        b"x/bad_2_cut.jpg,rejected,\nx/bad_3.jpg,classified,No.\nx/000001.jpg,rejected,Dark.\n"
    )
    assert count_bad_rows(table) == 1


def test_photos_are_linked_until_there_are_enough(tmp_path: Path, sources: list[Path]) -> None:
    folder = ScreenedFolder(tmp_path, sources, photos=14, bad=4)
    files = [path for path in (tmp_path / "photos").rglob("*") if path.is_file()]
    assert len(files) == folder.photos == 14
    assert sum(path.name.startswith("bad_") for path in files) == 4


def test_a_good_run_misses_nothing() -> None:
    assert list_missed_targets(GOOD) == []


@pytest.mark.parametrize(
    ("keys", "value", "words"),
    [
        (("runs", "ray", "equal"), False, "ray: the table differs from that of one worker."),
        (("runs", "2 workers", "growth"), 0.2, "2 workers: the memory of the parent grows by 20"),
        (("killed", "equal"), False, "killed: the table differs."),
        (("lost", "equal"), False, "lost: the table differs."),
        (("bad_files", "rows_with_a_reason"), 19, "bad files: not each has a row with a reason."),
        (("speedup",), 1.2, "rate: two workers reach 1.20 times that of the loop."),
    ],
)
def test_each_missed_target_is_named(keys: tuple[str, ...], value: object, words: str) -> None:
    document = copy.deepcopy(GOOD)
    place = document
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    (sentence,) = list_missed_targets(document)
    assert sentence.startswith(words)


def test_a_failed_run_is_quoted() -> None:
    document = copy.deepcopy(GOOD)
    document["runs"]["ray"] |= {"equal": False, "message": "Ray cannot be reached."}
    assert list_missed_targets(document)[0].endswith("It ended with: Ray cannot be reached.")


def test_a_rate_is_not_judged_beside_other_programs() -> None:
    document = copy.deepcopy(GOOD) | {"speedup": 0.5}
    document["runs"]["1 workers"]["other_cores"] = 1.5
    assert list_missed_targets(document) == []


def test_growth_compares_the_last_quarter_with_the_first() -> None:
    flat, rising = RunResult(memory=[100] * 40), RunResult(memory=[100] * 20 + [150] * 20)
    assert flat.growth == 0 and rising.growth == pytest.approx(0.5)
    assert RunResult(memory=[1, 2, 3]).growth == 0
    described = describe_run(RunResult(table=b"a", processor_seconds=2.0), b"a", 100)
    assert described["equal"] and described["processor_ms_per_photo"] == 20
    assert not describe_run(RunResult(table=b""), b"", 100)["equal"]


def test_the_clocks_tell_our_own_time_from_that_of_others() -> None:
    clock, outside = ProcessorClock(), OutsideClock()
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    ours, _ = clock.read()
    assert 0.25 < ours < 1.0
    assert outside.read() >= 0
