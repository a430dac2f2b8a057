"""Two rows against each other: how much less, and from which rate of use one wins."""

from dataclasses import dataclass
from typing import Any

HOUR = 3600.0


@dataclass(frozen=True)
class Saving:
    """Share by which one number is below another: 0.99 for a hundredth, below 0 where above.

    Attributes:
        value: of the two best values.
        low, high: of the ends of their intervals that are worst and best for the first.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Range:
    """A number above 0 with its interval."""

    value: float
    low: float
    high: float


def compute_saving(less: Range, more: Range) -> Saving:
    """By how much `less` is below `more`."""
    return Saving(
        1 - less.value / more.value,
        1 - less.high / more.low if more.low > 0 else float("-inf"),
        1 - less.low / more.high,
    )


def get_latency_range(row: dict[str, Any]) -> Range | None:
    """Milliseconds for each image at a row's batch size; its interval where the source has one."""
    latency = row["latency_ms"]
    if latency is None:
        return None
    value = latency["p50"]
    low, high = (latency[end] or value for end in ("low", "high"))
    return Range(*(number / row["batch"] for number in (value, low, high)))


def get_energy_range(row: dict[str, Any], key: str) -> Range | None:
    """Millijoules an image; key: "energy_mj" or "energy_net_mj", None where not above 0."""
    energy = row[key]
    if energy is None or energy["value"] <= 0:
        return None
    return Range(energy["value"], energy["low"], energy["high"])


@dataclass(frozen=True)
class AlwaysOnDevice:
    """One device on duty, one image at a time.

    Attributes:
        idle_watts: what it draws at rest, W.
        net: what an image costs on top, mJ.
        latency_ms: of an image: it can do no more than 3,600,000 over this in an hour.
    """

    idle_watts: float
    net: Range
    latency_ms: float

    def joules_an_hour(self, images: float) -> float:
        """Energy of an hour in which so many images come, J."""
        return self.idle_watts * HOUR + self.net.value / 1e3 * images

    @property
    def most_an_hour(self) -> float:
        """Images in an hour without a pause."""
        return HOUR * 1e3 / self.latency_ms


@dataclass(frozen=True)
class BreakEven:
    """Attributes:
    images_an_hour: rate at which both cost the same; None where one wins at every rate that both
        can do.
    low, high: the rate at both ends of the intervals of what an image costs; None where one of
        them has no such rate.
    wins_below, wins_above: "a" or "b"; "" where both cost the same at every rate.
    """

    images_an_hour: float | None
    low: float | None
    high: float | None
    wins_below: str
    wins_above: str


def find_break_even(a: AlwaysOnDevice, b: AlwaysOnDevice) -> BreakEven:
    """From how many images an hour one device costs less than the other, both always on."""
    top = min(a.most_an_hour, b.most_an_hour)
    rate = _crossing(a.idle_watts - b.idle_watts, b.net.value - a.net.value, top)
    at_rest, at_top = (_cheaper(a, b, images) for images in (0.0, top))
    if rate is None:
        winner = at_top or at_rest
        return BreakEven(None, None, None, winner, winner)
    ends = [
        _crossing(a.idle_watts - b.idle_watts, difference, top)
        for difference in (b.net.low - a.net.high, b.net.high - a.net.low)
    ]
    known = [end for end in ends if end is not None]
    low, high = (min(known), max(known)) if len(known) == len(ends) else (None, None)
    return BreakEven(rate, low, high, at_rest, at_top)


def make_always_on_device(row: dict[str, Any]) -> AlwaysOnDevice | None:
    """What a row of a result says of a device on duty; None where a number is not known, or for a
    batch, which would have to wait until it is full."""
    net, time = get_energy_range(row, "energy_net_mj"), get_latency_range(row)
    if row["idle_watts"] is None or net is None or time is None or row["batch"] != 1:
        return None
    return AlwaysOnDevice(row["idle_watts"], net, time.value)


def _cheaper(a: AlwaysOnDevice, b: AlwaysOnDevice, images: float) -> str:
    ours, theirs = a.joules_an_hour(images), b.joules_an_hour(images)
    return "" if ours == theirs else "a" if ours < theirs else "b"


def _crossing(idle_watts: float, net_mj: float, top: float) -> float | None:
    """The rate above 0 and up to the top at which `idle_watts` more equal `net_mj` less."""
    if net_mj == 0:
        return None
    rate = idle_watts * HOUR * 1e3 / net_mj
    return rate if 0 < rate <= top else None
