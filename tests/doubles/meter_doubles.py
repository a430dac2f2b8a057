"""Doubles of energy counters that behave as the real ones do, on a clock that a test turns."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

INTEL_RANGE = 262_143_328_850
"""max_energy_range_uj of many Intel processors: 2 ** 32 counts of 61 microjoules."""


class Clock:
    """Seconds that pass only when told, in whole milliseconds."""

    def __init__(self) -> None:
        self.ms = 5_000

    def __call__(self) -> float:
        return self.ms / 1000

    def wait(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


class Powercap:
    """A /sys/class/powercap of real files: packages, their cores, and zones that do not count."""

    def __init__(self, root: Path, start: list[int], span: int = INTEL_RANGE) -> None:
        self.root = root
        self.span = span
        self.values = start
        for package, value in enumerate(start):
            self._zone(f"intel-rapl:{package}", f"package-{package}", value)
            self._zone(f"intel-rapl:{package}:0", "core", 7)
        self._zone(f"intel-rapl:{len(start)}", "psys", 11)
        self._zone("intel-rapl-mmio:0", "package-0", 13)
        (root / "intel-rapl").mkdir()

    def energy(self, package: int) -> Path:
        return self.root / f"intel-rapl:{package}" / "energy_uj"

    def use(self, *joules: float) -> None:
        """Each package uses so much, and its counter wraps around where it must."""
        for package, used in enumerate(joules):
            self.values[package] = (self.values[package] + round(used * 1e6)) % self.span
            self.energy(package).write_text(f"{self.values[package]}\n")

    def _zone(self, folder: str, name: str, value: int) -> None:
        zone = self.root / folder
        zone.mkdir()
        (zone / "name").write_text(f"{name}\n")
        (zone / "energy_uj").write_text(f"{value}\n")
        (zone / "max_energy_range_uj").write_text(f"{self.span}\n")


class NvmlError(Exception):
    """As NVMLError of nvidia-ml-py: an exception with NVML's return code."""

    def __init__(self, value: int) -> None:
        super().__init__("Unknown Error" if value == 999 else f"NVML Error with code {value}")
        self.value = value


class Card:
    """A card of constant power whose counter moves every 100 ms, in whole millijoules.

    It may be divided into MIG slices, which it knows by the digits of their identifiers.
    """

    def __init__(
        self,
        clock: Clock,
        watts: float = 250.0,
        base: int = 4_000_000,
        slices: tuple[str, ...] = (),
    ) -> None:
        self.clock = clock
        self.slices = slices
        self.watts = watts
        self.base = base
        self.fails: dict[str, int] = {}
        self.opened = 0
        self.asked: list[Any] = []

    def module(self) -> SimpleNamespace:
        """What stands in for the module `pynvml`."""
        return SimpleNamespace(
            NVMLError=NvmlError,
            nvmlInit=self._call("init", lambda: self._opens(1)),
            nvmlShutdown=self._call("shutdown", lambda: self._opens(-1)),
            nvmlDeviceGetHandleByIndex=self._call("handle", self.asked.append),
            nvmlDeviceGetHandleByUUID=self._call("handle", self._find),
            nvmlDeviceGetName=self._call("name", lambda card: "NVIDIA GeForce RTX 3090"),
            nvmlDeviceGetTotalEnergyConsumption=self._call("energy", lambda card: self._counter()),
        )

    def _find(self, uuid: str) -> None:
        """Finds a MIG slice, as NVML does, only by an identifier that begins with MIG-."""
        if uuid.removeprefix("GPU-") in self.slices:
            raise NvmlError(6)
        self.asked.append(uuid)

    def _counter(self) -> int:
        moved_at = self.clock.ms // 100 * 100
        return self.base + int(self.watts * moved_at)

    def _opens(self, change: int) -> None:
        self.opened += change

    def _call(self, name: str, does: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            if name in self.fails:
                raise NvmlError(self.fails[name])
            return does(*arguments)

        return called


class Board:
    """An AKD1000: an event every 141 ms of a mean power that is `lag` ms old; keeps 100 events."""

    def __init__(self, clock: Clock, milliwatts: Callable[[int], float], lag: int = 0) -> None:
        self.clock = clock
        self.milliwatts = milliwatts
        self.lag = lag
        self.soc: Any = SimpleNamespace(
            power_measurement_enabled=False, power_meter=SimpleNamespace(events=self.events)
        )
        self.inference_power_events: list[SimpleNamespace] = []

    def events(self) -> list[SimpleNamespace]:
        if not self.soc.power_measurement_enabled:
            return []
        times = range(141, self.clock.ms + 1, 141)
        return [self._event(at) for at in times][-100:]

    def joules(self, since_ms: int, until_ms: int) -> float:
        return sum(map(self.milliwatts, range(since_ms, until_ms))) / 1e6

    def _event(self, at: int) -> SimpleNamespace:
        power = self.joules(at - self.lag - 141, at - self.lag) / 141 * 1e6
        milliamperes = int(power / 5)
        return SimpleNamespace(
            ts=at, voltage=5_000_000, current=milliamperes, power=5.0 * milliamperes
        )
