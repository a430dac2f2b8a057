"""Energy of the processor: RAPL, the counter that Linux shows under /sys/class/powercap.

Each package, which is one processor in its socket, has a folder `intel-rapl:N`, on AMD too. Its
`energy_uj` counts microjoules up to `max_energy_range_uj` and begins again at zero. Linux kernel
documentation, "Power Capping Framework", power/powercap. The counter moves about every
millisecond: Hähnel et al., "Measuring Energy Consumption for Short Code Paths Using RAPL", ACM
SIGMETRICS Performance Evaluation Review 40(3), 2012.

The interval of a reading holds these steps alone; the error of the counter itself comes on top.
"""

import time
from collections.abc import Callable
from pathlib import Path

from qana.bench.meters.no_meter import explain_not_started
from qana.bench.readings import NotMeasurable, Reading

ROOT = Path("/sys/class/powercap")
STEP = 0.001
"""Time between two moves of the counter, s."""
SHORTEST = 0.1
"""Shortest run that is measured, s: a hundred steps, so the interval is within 2 % each way."""
MOST_WATTS = 1000
"""W, more than a package of today draws; bounds how soon its counter can wrap around twice."""
COVERS = "the processor packages (cores, caches, integrated graphics; not memory, board or mains)"
SOURCE = (
    "RAPL energy counter (Linux powercap, energy_uj); interval: its steps, the sensor's own error "
    "comes on top"
)


class RaplMeter:
    """A `qana.bench.readings.Meter` of all processor packages together.

    The counters are read at `start` and at each `read`, which sees one wrap-around between two of
    these. A second one could pass unseen after `max_energy_range_uj` at `MOST_WATTS`, which is 65 s
    or more on usual processors; when two reads are further apart, the energy is not known.
    """

    name = "RAPL"

    def __init__(self, root: Path = ROOT, clock: Callable[[], float] = time.monotonic) -> None:
        """Opens nothing yet.

        Args:
            root: folder of the zones, as Linux lays it out.
            clock: gives seconds that never go back.
        """
        self._root = root
        self._clock = clock
        self._problem: NotMeasurable | None = explain_not_started(self.name)

    def start(self) -> None:
        """Reads every package's counter for the first time."""
        self._problem = None
        try:
            self._zones = [
                path.parent
                for path in sorted(self._root.glob("intel-rapl:*/name"))
                if path.read_text().startswith("package-")
            ]
            self._ranges = [_integer(zone / "max_energy_range_uj") for zone in self._zones]
            self._last = [_integer(zone / "energy_uj") for zone in self._zones]
        except (OSError, ValueError) as error:
            self._problem = self._say(error)
        if self._problem is None and not self._zones:
            self._problem = NotMeasurable(
                self.name,
                "This machine shows no energy counter of its processor, as happens on a virtual "
                "machine, in a container, on an ARM processor, macOS or Windows.",
                "Measure under Linux, directly on an Intel or AMD processor, where "
                "`sudo modprobe intel_rapl_msr` may bring the counter.",
            )
        self._counted = [0] * len(self._zones)
        self._began = self._seen = self._clock()

    def read(self) -> Reading | NotMeasurable:
        """What all packages used since `start`; read it at least once a minute."""
        if self._problem is None:
            self._problem = self._count()
        if self._problem is not None:
            return self._problem
        seconds = self._seen - self._began
        if seconds < SHORTEST:
            return NotMeasurable(
                self.name,
                f"The counter moves once a millisecond, and {seconds:.3f} s are too few moves.",
                f"Measure for at least {SHORTEST} s.",
            )
        if 0 in self._counted:
            return NotMeasurable(
                self.name,
                "The counter of the processor does not move, as on some virtual machines.",
                "Measure on a machine of your own, without virtualization.",
            )
        joules = sum(self._counted) / 1e6
        step = joules * STEP / (seconds - STEP)
        return Reading(joules, joules - step, joules + step, seconds, COVERS, SOURCE)

    def close(self) -> None:
        """Ends the run; no file was left open."""
        self._problem = explain_not_started(self.name)

    def _count(self) -> NotMeasurable | None:
        """Adds what the counters moved since the last look."""
        try:
            values = [_integer(zone / "energy_uj") for zone in self._zones]
        except (OSError, ValueError) as error:
            return self._say(error)
        now = self._clock()
        safe = min(self._ranges) / 1e6 / MOST_WATTS
        if now - self._seen > safe:
            return NotMeasurable(
                self.name,
                f"{now - self._seen:.0f} s passed between two reads, in which the counter may have "
                "wrapped around twice.",
                f"Read the meter at least every {safe:.0f} s.",
            )
        for package, value in enumerate(values):
            moved = value - self._last[package]
            self._counted[package] += moved if moved >= 0 else moved + self._ranges[package]
        self._last, self._seen = values, now
        return None

    def _say(self, error: OSError | ValueError) -> NotMeasurable:
        if isinstance(error, PermissionError):
            return NotMeasurable(
                self.name,
                "Linux lets only root read the energy counter of the processor.",
                f"Run `sudo chmod a+r {self._root}/intel-rapl:*/energy_uj`, again after each "
                "restart of the machine.",
            )
        return NotMeasurable(
            self.name,
            f"The energy counter of the processor cannot be read: {error}.",
            "Start the measurement again, and restart the machine if that does not help.",
        )


def _integer(path: Path) -> int:
    return int(path.read_text())
