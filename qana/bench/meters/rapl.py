"""Reads the energy of the processor from RAPL, the counter under /sys/class/powercap in Linux.

Each package, which is one processor in its socket, has a folder `intel-rapl:N`, on AMD too. Its
`energy_uj` counts microjoules up to `max_energy_range_uj` and restarts at zero (Linux kernel
documentation, "Power Capping Framework", power/powercap). The counter is updated about every
millisecond (Hähnel et al., "Measuring Energy Consumption for Short Code Paths Using RAPL", ACM
SIGMETRICS Performance Evaluation Review 40(3), 2012).

The interval of a reading covers these steps alone. The error of the counter itself is not known.
"""

import time
from collections.abc import Callable
from pathlib import Path

from qana.bench.meters.no_meter import explain_not_started
from qana.bench.readings import NotMeasurable, Reading

ROOT = Path("/sys/class/powercap")
STEP = 0.001
"""Time between two updates of the counter, s."""
SHORTEST = 0.1
"""Shortest run that is measured, s: a hundred steps, so the interval is within 2 % each side."""
MAX_WATTS = 1000
"""Power that no package exceeds, W. It bounds how soon a counter can wrap around twice."""
COVERS = "the processor packages (cores, caches, integrated graphics; not memory, board or mains)"
SOURCE = (
    "RAPL energy counter (Linux powercap, energy_uj); interval: its steps, the sensor's own error "
    "comes on top"
)


class RaplMeter:
    """A meter of all processor packages together. See `qana.bench.readings.Meter`.

    `start` and `read` read the counters and correct one wrap-around since the last reading. A
    second one could go unnoticed after `max_energy_range_uj` at `MAX_WATTS`, which is 65 s or more
    on usual processors. Where two readings are further apart, there is no energy.

    Attributes:
        name: of the meter.
    """

    name = "RAPL"

    def __init__(self, root: Path = ROOT, clock: Callable[[], float] = time.monotonic) -> None:
        """Stores where the counters are; it opens no file yet.

        Args:
            root: folder of the zones.
            clock: returns seconds that never go back.
        """
        self._root = root
        self._clock = clock
        self._problem: NotMeasurable | None = explain_not_started(self.name)

    def start(self) -> None:
        """Reads the counter of every package for the first time."""
        self._problem = None
        try:
            self._zones = [
                path.parent
                for path in sorted(self._root.glob("intel-rapl:*/name"))
                if path.read_text().startswith("package-")
            ]
            self._ranges = [_read_integer(zone / "max_energy_range_uj") for zone in self._zones]
            self._last = [_read_integer(zone / "energy_uj") for zone in self._zones]
        except (OSError, ValueError) as error:
            self._problem = self._explain(error)
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
        """Reads the energy of all packages since `start`. Call it at least once a minute."""
        if self._problem is None:
            self._problem = self._add_increments()
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
        """Ends the run. No file is open."""
        self._problem = explain_not_started(self.name)

    def _add_increments(self) -> NotMeasurable | None:
        """Adds the increments of the counters and returns the problem, if there is one."""
        try:
            values = [_read_integer(zone / "energy_uj") for zone in self._zones]
        except (OSError, ValueError) as error:
            return self._explain(error)
        now = self._clock()
        safe = min(self._ranges) / 1e6 / MAX_WATTS
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

    def _explain(self, error: OSError | ValueError) -> NotMeasurable:
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


def _read_integer(path: Path) -> int:
    return int(path.read_text())
