"""Two rows against each other: how much less, and from which rate of use one wins."""

from dataclasses import dataclass
from typing import Any

HOUR = 3600.0


def saved(less: float, more: float) -> float:
    """Share by which `less` is below `more`: 0.99 for a hundredth, below 0 where it is above."""
    return 1 - less / more


@dataclass(frozen=True)
class Use:
    """One device on duty.

    Attributes:
        idle_watts: what it draws at rest, W.
        net_mj: what an image costs on top, mJ.
        latency_ms: of an image: it can do no more than 3,600,000 over this in an hour.
    """

    idle_watts: float
    net_mj: float
    latency_ms: float

    def joules_an_hour(self, images: float) -> float:
        """Energy of an hour in which so many images come, J."""
        return self.idle_watts * HOUR + self.net_mj / 1e3 * images

    @property
    def most_an_hour(self) -> float:
        """Images in an hour without a pause."""
        return HOUR * 1e3 / self.latency_ms


@dataclass(frozen=True)
class BreakEven:
    """Attributes:
    images_an_hour: rate at which both cost the same; None where one wins at every rate that both
        can do.
    wins_below, wins_above: "a" or "b".
    """

    images_an_hour: float | None
    wins_below: str
    wins_above: str


def break_even(a: Use, b: Use) -> BreakEven:
    """From how many images an hour one device costs less than the other, both always on."""
    top = min(a.most_an_hour, b.most_an_hour)
    at_rest = "a" if a.joules_an_hour(0) <= b.joules_an_hour(0) else "b"
    at_top = "a" if a.joules_an_hour(top) <= b.joules_an_hour(top) else "b"
    if at_rest == at_top:
        return BreakEven(None, at_rest, at_top)
    rate = (a.idle_watts - b.idle_watts) * HOUR * 1e3 / (b.net_mj - a.net_mj)
    return BreakEven(rate, at_rest, at_top)


def use_of(row: dict[str, Any]) -> Use | None:
    """What a row of a result says of a device on duty; None where a number is not known."""
    if row["idle_watts"] is None or row["energy_net_mj"] is None or row["latency_ms"] is None:
        return None
    latency = row["latency_ms"]["p50"] / row["batch"]
    return Use(row["idle_watts"], row["energy_net_mj"]["value"], latency)
