"""The interface of an energy meter: a reading with its interval, or the reason for none."""

from dataclasses import dataclass
from typing import Protocol

MEASURED, MODELLED, PUBLISHED = "measured", "modelled", "published"
"""Provenance of a number. Only a number from a clock or a meter of this machine is measured."""


@dataclass(frozen=True)
class Reading:
    """Energy that a meter counted since its start.

    Attributes:
        joules: best value, J.
        low: lower end of the interval, J.
        high: upper end of the interval, J.
        seconds: time from the start of the meter to this reading, s.
        covers: the hardware that the meter covers, such as "the whole graphics card".
        source: name of the counter, such as "NVML total energy counter".
    """

    joules: float
    low: float
    high: float
    seconds: float
    covers: str
    source: str

    @property
    def watts(self) -> float:
        """Mean power, W."""
        return self.joules / self.seconds


@dataclass(frozen=True)
class NotMeasurable:
    """The reason why a meter gives no energy, and a remedy. It replaces a misleading zero.

    Attributes:
        meter: name of the meter.
        reason: one sentence.
        remedy: one sentence that says what to do.
    """

    meter: str
    reason: str
    remedy: str


class Meter(Protocol):
    """An energy meter. It is not thread-safe: each measurement uses its own meter.

    Attributes:
        name: of the meter, in words.
    """

    name: str

    def start(self) -> None:
        """Starts or restarts the count. It raises nothing; `read` reports every problem."""

    def read(self) -> Reading | NotMeasurable:
        """Reads the energy since `start`. The count goes on, so it may be called often."""

    def close(self) -> None:
        """Releases whatever the meter holds. It may be called twice."""
