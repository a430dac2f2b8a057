"""Describes and reads the reports on the app's robustness, models/hardening/*.json.

The tools `tools.soak`, `tools.soak.faults`, `tools.soak.booth` and `tools.fuzz` write them. Parts
that no report shows stay free-form.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from qana.evaluation.report_files import read_report_if_present
from qana.reports.lesson_report import LessonReport
from qana.reports.measuring_report import MeasuringReport
from qana.reports.recorded_weights import Weights

Free = Any
"""A part of a document that is written and kept, but not shown."""


@dataclass(frozen=True)
class Latencies:
    """Seconds until an answer: median, 95th percentile and maximum."""

    p50: float
    p95: float
    most: float


@dataclass(frozen=True)
class LoadTest:
    """Many visitors at once.

    Attributes:
        visitors: number of visitors.
        seconds: duration.
        think_s: shortest and longest pause of a visitor after an answer.
        scans: answers that the app gave.
        wrong_answers: answers that differ from the expected ones.
        to_the_verdict_s: seconds until an answer.
    """

    visitors: int
    seconds: float
    think_s: tuple[float, float]
    scans: int
    scans_of_a_visitor: Free
    wrong_answers: int
    wrong: Free
    troubles: Free
    to_the_verdict_s: Latencies
    by_way_s: Free
    memory_mb: Free


class MemoryTest(msgspec.Struct, frozen=True, omit_defaults=True):
    """Memory of the server over many scans.

    Attributes:
        scans: number of scans.
        memory_mb: memory at regular intervals.
        growth_by_line: growth over the run by a fitted line, as a share; None for a short run.
        growth_by_quarters: growth from the second to the last quarter of the run, likewise.
    """

    scans: int
    warm_up: int
    visitors: int
    scans_of_a_visitor: Free
    wrong_answers: int
    wrong: Free
    troubles: Free
    every: int
    memory_mb: list[int]
    growth_by_line: float | None = None
    growth_by_quarters: float | None = None


class SoakReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The document of `python -m tools.soak`."""

    command: str
    weights: Weights | None = None
    load: LoadTest
    without_a_pause: Free
    memory: MemoryTest
    misses: Free
    machine: str


class FaultReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The document of `python -m tools.soak.faults`: statements by fault, and whether they hold."""

    command: str
    weights: Weights | None = None
    restart: dict[str, bool]
    saving: dict[str, bool]
    full_disk: dict[str, bool]
    replaced_model: dict[str, bool]
    unplugged: dict[str, bool]
    privacy: dict[str, bool]
    limits: dict[str, bool]
    machine: str

    @property
    def statements(self) -> list[bool]:
        """Every statement, True where it holds."""
        faults = (
            self.restart,
            self.saving,
            self.full_disk,
            self.replaced_model,
            self.unplugged,
            self.privacy,
            self.limits,
        )
        return [holds for fault in faults for holds in fault.values()]


@dataclass(frozen=True)
class WorstInput:
    """The largest time, memory and output over all inputs."""

    slowest_s: float
    peak_mb: int
    most_said_bytes: int


class FuzzReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The document of `python -m tools.fuzz`.

    Attributes:
        inputs: mutated inputs.
        worst: the largest costs.
        failures: inputs that were neither accepted nor refused properly.
    """

    command: str
    weights: Weights | None = None
    machine: Free
    seed: int
    inputs: int
    seconds: float
    worst: WorstInput
    ways: Free
    failures: list[Free]
    looked_at_twice: Free
    engine: Free


class BoothPage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Memory of the booth's page: the JavaScript heap at regular intervals."""

    heap_mb: list[float]
    growth_by_line: float | None = None
    growth_by_quarters: float | None = None


class BoothServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Memory of the server at regular intervals."""

    memory_mb: list[int]
    growth_by_line: float | None = None
    growth_by_quarters: float | None = None


@dataclass(frozen=True)
class BoothShow:
    """A long run of the booth's show.

    Attributes:
        scenes: scenes shown.
        loads: how often the page was loaded.
        faster: speed of the show's clock.
        hours: duration by the show's clock.
        renderer_mb: memory of the browser's page process.
    """

    scenes: int
    loads: int
    faster: float
    hours: float
    longest_delay_s: float
    console: Free
    pictures_missed: int
    asked_elsewhere: Free
    server: BoothServer
    page: BoothPage
    renderer_mb: list[int]
    nodes: Free


@dataclass(frozen=True)
class BoothVisits:
    """Visitors who leave the booth in the middle.

    Attributes:
        visits: number of visitors.
        nothing_left: visitors of whom no data remained.
    """

    visits: int
    idle_s: float
    nothing_left: int
    troubles: Free


class BoothReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The document of `python -m tools.soak.booth`."""

    command: str
    weights: Weights | None = None
    show: BoothShow
    visits: BoothVisits
    misses: Free
    machine: str


@dataclass(frozen=True)
class HardeningReports:
    """The reports that exist; None stands for a missing one."""

    soak: SoakReport | None
    faults: FaultReport | None
    fuzz: FuzzReport | None
    booth: BoothReport | None
    lesson: LessonReport | None
    measuring: MeasuringReport | None


def read_hardening(folder: Path | None = None) -> HardeningReports:
    """Reads the reports on robustness.

    Args:
        folder: models folder; the project's by default.

    Raises:
        ReportError: a report is damaged.
    """
    return HardeningReports(
        soak=read_report_if_present("hardening/soak.json", SoakReport, folder),
        faults=read_report_if_present("hardening/faults.json", FaultReport, folder),
        fuzz=read_report_if_present("hardening/fuzz.json", FuzzReport, folder),
        booth=read_report_if_present("hardening/booth.json", BoothReport, folder),
        lesson=read_report_if_present("hardening/lesson.json", LessonReport, folder),
        measuring=read_report_if_present("hardening/measuring.json", MeasuringReport, folder),
    )
