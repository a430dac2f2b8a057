"""Compares two rows: their ranges, and the break-even rate of two devices that are always on."""

from dataclasses import dataclass

from qana.bench.command import BROWSER_GPU, NVIDIA_KEYS, RUNTIME_NAMES
from qana.bench.rows import Energy, Row

HOUR = 3600.0
"""Seconds of an hour."""

_GPU_RUNTIMES = {*(RUNTIME_NAMES[key] for key in (*NVIDIA_KEYS, "mps")), BROWSER_GPU}


@dataclass(frozen=True)
class Range:
    """A number above 0 with its interval.

    Attributes:
        value: best value.
        low: lower end of the interval.
        high: upper end of the interval.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class AlwaysOnDevice:
    """A device that is always on and answers one image at a time.

    Attributes:
        idle_watts: power while it waits, W.
        net: energy of an image above the idle power, mJ.
        latency_ms: time of an image, ms.
    """

    idle_watts: float
    net: Range
    latency_ms: float

    @property
    def max_images_per_hour(self) -> float:
        """Images in an hour without a pause."""
        return HOUR * 1e3 / self.latency_ms

    def compute_joules_per_hour(self, images: float) -> float:
        """Computes the energy of an hour with `images` images, J."""
        return self.idle_watts * HOUR + self.net.value / 1e3 * images


@dataclass(frozen=True)
class BreakEven:
    """The rate at which two devices, "a" and "b", use the same energy.

    Attributes:
        images_per_hour: the rate; None where one device uses less at every rate that both reach.
        low: the lowest rate by the intervals of the net energies; None where they leave it open.
        high: the highest rate by these intervals; None where they leave it open.
        wins_below: "a" or "b", the device that uses less below the rate; "" where both use the
            same at every rate.
        wins_above: the same above the rate.
    """

    images_per_hour: float | None
    low: float | None
    high: float | None
    wins_below: str
    wins_above: str


def get_latency_range(row: Row) -> Range | None:
    """Gets the time of each image at the row's batch size, ms; None where it is unknown."""
    latency = row.latency_ms
    if latency is None:
        return None
    ends = (latency.p50, latency.low or latency.p50, latency.high or latency.p50)
    return Range(*(number / row.batch for number in ends))


def get_energy_range(energy: Energy | None) -> Range | None:
    """Gets the energy of an image, mJ; None where it is unknown or not above 0.

    Args:
        energy: `energy_mj` or `energy_net_mj` of a row.
    """
    if energy is None or energy.value <= 0:
        return None
    return Range(energy.value, energy.low, energy.high)


def make_always_on_device(row: Row) -> AlwaysOnDevice | None:
    """Makes the always-on device of a row.

    Returns:
        None where the row lacks idle power, net energy or latency, or has a batch of several
        images: a device that is always on would have to wait until a batch is full.
    """
    net, time = get_energy_range(row.energy_net_mj), get_latency_range(row)
    if row.idle_watts is None or net is None or time is None or row.batch != 1:
        return None
    return AlwaysOnDevice(row.idle_watts, net, time.value)


def find_break_even(a: AlwaysOnDevice, b: AlwaysOnDevice) -> BreakEven:
    """Finds the number of images an hour at which both devices use the same energy."""
    top = min(a.max_images_per_hour, b.max_images_per_hour)
    rate = _find_crossing(a.idle_watts - b.idle_watts, b.net.value - a.net.value, top)
    at_rest, at_top = (_find_cheaper(a, b, images) for images in (0.0, top))
    if rate is None:
        winner = at_top or at_rest
        return BreakEven(None, None, None, winner, winner)
    ends = [
        _find_crossing(a.idle_watts - b.idle_watts, difference, top)
        for difference in (b.net.low - a.net.high, b.net.high - a.net.low)
    ]
    known = [end for end in ends if end is not None]
    low, high = (min(known), max(known)) if len(known) == len(ends) else (None, None)
    return BreakEven(rate, low, high, at_rest, at_top)


def _find_cheaper(a: AlwaysOnDevice, b: AlwaysOnDevice, images: float) -> str:
    ours, theirs = a.compute_joules_per_hour(images), b.compute_joules_per_hour(images)
    return "" if ours == theirs else "a" if ours < theirs else "b"


def _find_crossing(idle_watts: float, net_mj: float, top: float) -> float | None:
    """Finds the rate, above 0 and at most `top`, at which the two differences cancel.

    Args:
        idle_watts: idle power of a minus that of b, W.
        net_mj: net energy of an image of b minus that of a, mJ.
        top: highest rate that both devices reach, images/h.
    """
    if net_mj == 0:
        return None
    rate = idle_watts * HOUR * 1e3 / net_mj
    return rate if 0 < rate <= top else None


def is_gpu_row(row: Row) -> bool:
    """Returns whether a row is of a GPU: of this machine, another one or a visitor's browser."""
    return row.runtime in _GPU_RUNTIMES


def format_factor(factor: float) -> str:
    """Formats a factor above 1 with two significant digits."""
    return f"{factor:.1f}".removesuffix(".0") if factor < 10 else f"{float(f'{factor:.2g}'):,.0f}"
