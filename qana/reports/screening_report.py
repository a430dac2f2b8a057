"""Describes and reads models/hardening/screening.json: `qana screen` on many photos.

`tools.screen_check` writes it.
"""

from pathlib import Path

import msgspec

from qana.evaluation.report_files import read_report_if_present
from qana.reports.recorded_weights import Weights


class LoopRate(msgspec.Struct, frozen=True):
    """A loop of `classify` in one process.

    Attributes:
        photos: number of photos.
        photos_per_s: photos a second.
        share_of_decoding: part of the processor time in which photos are decoded, 0 to 1.
        processor_ms_per_photo: processor time of a photo, ms.
        other_cores: cores that other programs used meanwhile, on average.
    """

    photos: int
    photos_per_s: float
    share_of_decoding: float
    processor_ms_per_photo: float
    other_cores: float


class ScreeningRun(msgspec.Struct, frozen=True):
    """One uninterrupted run of the command.

    Attributes:
        equal: whether its table equals that of the first run, byte for byte.
        message: last line of a run that failed; "" otherwise.
        seconds: from the first stored rows to the end.
        photos_per_s: rate in this time.
        processor_ms_per_photo: processor time of all processes for each photo, ms, with the start.
        other_cores: cores that other programs used meanwhile, on average.
        memory_mb: memory of the parent at even intervals.
        growth: memory of the last quarter against the first one, as a share.
    """

    equal: bool
    message: str
    seconds: float
    photos_per_s: float
    processor_ms_per_photo: float
    other_cores: float
    memory_mb: list[int]
    growth: float


class KilledRun(msgspec.Struct, frozen=True):
    """A run that was killed and continued.

    Attributes:
        kills: number of kills.
        share_done_at_each: part of the photos that was done at each of them, 0 to 1.
        equal: whether the table equals that of the first run, byte for byte.
        message: last line of a run that failed; "" otherwise.
    """

    kills: int
    share_done_at_each: list[float]
    equal: bool
    message: str


class LostWorkers(msgspec.Struct, frozen=True):
    """A run whose workers were killed: their number, whether the table is equal, and any error."""

    killed: int
    equal: bool
    message: str


class BadFiles(msgspec.Struct, frozen=True):
    """Corrupt, huge and foreign files, and how many of them have a row with a reason."""

    files: int
    rows_with_a_reason: int


class ScreeningReport(msgspec.Struct, frozen=True, kw_only=True):
    """The document of `python -m tools.screen_check`.

    Attributes:
        photos: number of files.
        cores: of the machine that the check may use.
        loop: the loop that the rates are compared with.
        runs: uninterrupted runs by name, such as "2 workers".
        speedup: rate of two workers against that of the loop.
        ray_overhead: how much slower Ray is than two local workers, as a share; None without Ray.
        killed: the run that was killed.
        lost: the run whose workers were killed.
        bad_files: the files that are no photos.
        misses: missed targets, one sentence each.
    """

    command: str
    weights: Weights
    photos: int
    cores: int
    loop: LoopRate
    runs: dict[str, ScreeningRun]
    speedup: float
    ray_overhead: float | None
    killed: KilledRun
    lost: LostWorkers
    bad_files: BadFiles
    misses: list[str]
    machine: str


def read_screening(folder: Path | None = None) -> ScreeningReport | None:
    """Reads the report on many photos; returns None where it does not exist.

    Args:
        folder: models folder; the project's by default.

    Raises:
        ReportError: the report is damaged.
    """
    return read_report_if_present("hardening/screening.json", ScreeningReport, folder)
