"""What a meter says: an energy with its interval, or why there is none."""

from dataclasses import dataclass
from typing import Protocol

MEASURED, MODELLED, PUBLISHED = "measured", "modelled", "published"
"""Where a number comes from. Only what a clock or a meter of this machine gave is measured."""


@dataclass(frozen=True)
class Reading:
    """Energy that a meter counted since it was started.

    Attributes:
        joules: best value, J.
        low: J; a counter that moves in steps may have counted up to one step too much.
        high: J; or one too little, at each end.
        seconds: from the start of the meter to this reading, s.
        covers: what the meter sees, in words, such as "the whole graphics card".
        source: the counter itself, such as "NVML total energy counter".
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
    """Why a meter gives no energy, and what would make it give one. Never zero in disguise.

    Attributes:
        meter: the counter that was asked.
        reason: one sentence.
        remedy: one sentence; what to do, buy or wait for.
    """

    meter: str
    reason: str
    remedy: str


class Meter(Protocol):
    """A counter of energy. Not thread-safe: a measurement owns its meter."""

    name: str

    def start(self) -> None:
        """Begins to count, anew if it counted before. Raises nothing: `read` says what is wrong."""

    def read(self) -> Reading | NotMeasurable:
        """What was counted since `start`; may be called often, and counting goes on."""

    def close(self) -> None:
        """Frees whatever the meter holds; may be called twice."""
