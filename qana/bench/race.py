"""Chooses the rows that a race shows, and computes the speed of each lane from its row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qana.bench.browser_run import counts
from qana.bench.command import BROWSER_GPU, BROWSER_PROCESSOR, NVIDIA_KEYS, RUNTIME_NAMES
from qana.bench.compare_rows import is_gpu_row
from qana.bench.readings import MEASURED, MODELLED
from qana.bench.rows import Row

HERE, THIS_BROWSER, ELSEWHERE, KNOWN = "here", "this browser", "elsewhere", "known"
"""Where a row comes from: this machine, this visitor's browser, another machine, or a formula."""
FASTEST_SECONDS = 0.3
"""Least time of a crossing: an eye cannot follow a faster one."""
SLOWER = (1, 10, 100, 1000, 10_000)
"""Factors by which a race may be slower than reality. Powers of ten are easy to understand."""
BROWSER_LANE = "This browser's GPU"
"""Name of the lane of this visitor's own GPU."""
BROWSER_PROCESSOR_LANE = "This browser's processor"
MAX_ELSEWHERE = 3
"""Most lanes of other machines."""


@dataclass(frozen=True)
class SourcedRow:
    """A row and where it comes from.

    Attributes:
        row: the row.
        origin: `HERE`, `THIS_BROWSER`, `ELSEWHERE` or `KNOWN`.
    """

    row: Row
    origin: str


@dataclass(frozen=True)
class Lane:
    """A lane of the race.

    Attributes:
        name: of the device, in a few words.
        row: the row of the lane, of a single photo.
        seconds: time of a crossing in the slowed-down race, s.
        speed_share: speed as a share of the fastest lane's, 0 to 1.
        energy_share: energy of a photo as a share of the largest one in the race, 0 to 1; None
            where it is unknown or where no other lane has one.
    """

    name: str
    row: Row
    seconds: float
    speed_share: float
    energy_share: float | None

    @property
    def is_chip(self) -> bool:
        """Whether the lane is a neuromorphic chip, measured or modelled."""
        return self.row.provenance == MODELLED or is_chip_row(self.row)


@dataclass(frozen=True)
class Race:
    """The lanes, and how much slower than reality they run.

    Attributes:
        lanes: the fastest first.
        slower: factor of the time.
    """

    lanes: tuple[Lane, ...]
    slower: int


def make_race(rows: Sequence[SourcedRow]) -> Race:
    """Makes the race of all rows that may stand for a device: of one photo.

    There is a lane for this browser, for this machine's GPU, float and integer processor, for an
    Akida chip, which is the modelled AKD1500 where none was measured, and for other machines. Each
    lane has its fastest row: a chip is compared with a well used GPU. Half precision counts on an
    NVIDIA GPU, where its deviation was measured on this network, and not in a browser.

    Args:
        rows: all rows.
    """
    single = [
        one for one in rows if one.row.batch == 1 and one.row.latency_ms and _may_stand(one.row)
    ]
    measured = [one for one in single if one.row.provenance == MEASURED]
    chosen: list[tuple[str, Row]] = []
    for name, matches in _LANES:
        fitting = sorted((one.row for one in measured if matches(one)), key=_get_latency)
        chosen += [(name or row.device, row) for row in fitting[:1]]
    elsewhere = [one.row for one in measured if one.origin == ELSEWHERE and not _is_simulated(one)]
    chosen += [(row.device, row) for row in _keep_fastest(elsewhere)]
    if not any(is_chip_row(row) for _, row in chosen):
        modelled = [one.row for one in single if one.row.provenance == MODELLED]
        fastest = sorted(modelled, key=_get_latency)[:1]
        chosen += [(row.device.partition(",")[0], row) for row in fastest]
    return _time(chosen)


def list_pending(race: Race) -> list[str]:
    """Lists the lanes of this browser and this machine that have no row yet."""
    runtimes = {lane.row.runtime for lane in race.lanes}
    names = {lane.name for lane in race.lanes}
    browser = names.isdisjoint((BROWSER_LANE, BROWSER_PROCESSOR_LANE))
    machine = runtimes.isdisjoint((RUNTIME_NAMES["cpu"], RUNTIME_NAMES["dense"]))
    return [BROWSER_LANE] * browser + ["This machine's processor"] * machine


def is_chip_row(row: Row) -> bool:
    """Returns whether a row was measured on an Akida chip, not in the simulator."""
    akida = row.runtime == RUNTIME_NAMES["akida"] and row.provenance == MEASURED
    return akida and "simulator" not in row.device.lower()


def _may_stand(row: Row) -> bool:
    """Returns whether a row may stand for its device."""
    return counts(row) or row.runtime in _NVIDIA_RUNTIMES


def _time(chosen: Sequence[tuple[str, Row]]) -> Race:
    if not chosen:
        return Race((), 1)
    fastest = min(_get_latency(row) for _, row in chosen)
    slower = next((s for s in SLOWER if s * fastest / 1e3 >= FASTEST_SECONDS), SLOWER[-1])
    energies = [row.energy_mj.value for _, row in chosen if row.energy_mj]
    most = max(energies) if len(energies) > 1 else None
    lanes = [
        Lane(
            name,
            row,
            slower * _get_latency(row) / 1e3,
            fastest / _get_latency(row),
            row.energy_mj.value / most if most and row.energy_mj else None,
        )
        for name, row in chosen
    ]
    return Race(tuple(sorted(lanes, key=lambda lane: lane.seconds)), slower)


def _get_latency(row: Row) -> float:
    assert row.latency_ms is not None
    return row.latency_ms.p50


def _is_simulated(one: SourcedRow) -> bool:
    return one.row.runtime == RUNTIME_NAMES["akida"] and not is_chip_row(one.row)


def _keep_fastest(rows: Sequence[Row]) -> list[Row]:
    """Keeps the fastest row of each device, and the first few devices."""
    fastest: dict[str, Row] = {}
    for row in rows:
        best = fastest.get(row.device)
        if best is None or _get_latency(row) < _get_latency(best):
            fastest[row.device] = row
    return list(fastest.values())[:MAX_ELSEWHERE]


def _matches(origin: str, *runtimes: str) -> Callable[[SourcedRow], bool]:
    return lambda one: one.origin == origin and one.row.runtime in runtimes


_NVIDIA_RUNTIMES = {RUNTIME_NAMES[key] for key in NVIDIA_KEYS}
_LANES: tuple[tuple[str, Callable[[SourcedRow], bool]], ...] = (
    (BROWSER_LANE, _matches(THIS_BROWSER, BROWSER_GPU)),
    (BROWSER_PROCESSOR_LANE, _matches(THIS_BROWSER, BROWSER_PROCESSOR)),
    ("", lambda one: one.origin == HERE and is_gpu_row(one.row)),
    ("This machine's processor, float", _matches(HERE, RUNTIME_NAMES["cpu"])),
    ("This machine's processor, integers", _matches(HERE, RUNTIME_NAMES["dense"])),
    ("", lambda one: one.origin == HERE and is_chip_row(one.row)),
)
"""Name of a lane, empty for that of the device, and the rows that fit it."""
