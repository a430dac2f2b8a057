"""The result of a run: counted, worst cases, failures."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from qana.bench.machine import describe_machine
from tools.fuzz.outcome import ACCEPTED, REFUSED, Outcome
from tools.fuzz.ways import BEHIND

ENGINE_NOTE = (
    "Networks with bytes changed whose SHA-256 was put into the manifest too: what the vendor's "
    "reader, native code, does with them. It ends the process on some. Nobody but who may write "
    "the manifest gets there, and no page or command takes a network from a visitor: the hash is "
    "what keeps a damaged or strange file away from it (see 'model file')."
)


@dataclass
class Tally:
    """Outcomes as they come in; not thread-safe."""

    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Counts one more."""
        self.outcomes.append(outcome)

    def failures(self) -> list[Outcome]:
        """All that went wrong, but for the engine behind the hash."""
        return [one for one in self.outcomes if one.failed and one.way != BEHIND]

    def document(self, command: str, seed: int, seconds: float) -> dict[str, Any]:
        """The run as JSON has it.

        Args:
            command: that made it.
            seed: of the inputs.
            seconds: wall time of the whole run.
        """
        counted = [one for one in self.outcomes if one.way != BEHIND]
        ways = sorted({one.way for one in counted})
        return {
            "command": command,
            "machine": describe_machine().to_json(),
            "seed": seed,
            "inputs": len(counted),
            "seconds": round(seconds, 1),
            "worst": _worst(counted),
            "ways": {way: _way([one for one in counted if one.way == way]) for way in ways},
            "failures": [_failure(one) for one in self.failures()],
            "looked_at_twice": {one.number: one.first for one in counted if one.first},
            "engine": self._engine(),
        }

    def _engine(self) -> dict[str, Any]:
        found = [one for one in self.outcomes if one.way == BEHIND]
        kinds = Counter(one.status for one in found)
        return {"note": ENGINE_NOTE, "inputs": len(found), "outcomes": dict(sorted(kinds.items()))}


def _way(outcomes: list[Outcome]) -> dict[str, Any]:
    kinds = Counter(one.status for one in outcomes)
    counts = {kind: kinds[kind] for kind in (ACCEPTED, REFUSED)}
    return {"inputs": len(outcomes), **counts, **_worst(outcomes)}


def _worst(outcomes: list[Outcome]) -> dict[str, float]:
    return {
        "slowest_s": round(max((one.seconds for one in outcomes), default=0), 2),
        "peak_mb": round(max((one.megabytes for one in outcomes), default=0)),
        "most_said_bytes": max((one.said for one in outcomes), default=0),
    }


def _failure(one: Outcome) -> dict[str, Any]:
    return {
        "number": one.number,
        "way": one.way,
        "what": one.status,
        "words": one.words[-3000:],
        "seconds": round(one.seconds, 2),
        "mb": round(one.megabytes),
    }
