"""Summarizes a run: counts, the largest costs and the failures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from qana.bench.machine import describe_machine
from qana.reports.recorded_weights import find_present_weights
from tools.fuzz.input_kinds import ENGINE
from tools.fuzz.outcome import ACCEPTED, REFUSED, Outcome

ENGINE_NOTE = (
    "Networks with changed bytes and a correct SHA-256 in the manifest. The vendor's native reader "
    "ends the process on some of them. Only somebody who may write the manifest can do this: no "
    "page or command takes a network from a visitor, and the hash keeps a damaged file away from "
    "the reader (see 'model file')."
)


@dataclass
class RunReport:
    """The outcomes of a run. It is not thread-safe.

    Attributes:
        outcomes: outcomes in the order of arrival.
    """

    outcomes: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Adds an outcome."""
        self.outcomes.append(outcome)

    @property
    def failures(self) -> list[Outcome]:
        """The failed outcomes, without those of the engine."""
        return [one for one in self.outcomes if one.failed and one.kind != ENGINE]

    def to_json(self, command: str, seed: int, seconds: float) -> dict[str, Any]:
        """Builds the JSON document of the run.

        Args:
            command: command line of the run.
            seed: seed of the run.
            seconds: wall time of the run.
        """
        counted = [one for one in self.outcomes if one.kind != ENGINE]
        kinds = sorted({one.kind for one in counted})
        return {
            "command": command,
            "weights": find_present_weights(),
            "machine": describe_machine().to_json(),
            "seed": seed,
            "inputs": len(counted),
            "seconds": round(seconds, 1),
            "worst": _find_worst(counted),
            "ways": {
                kind: _summarize([one for one in counted if one.kind == kind]) for kind in kinds
            },
            "failures": [_describe_failure(one) for one in self.failures],
            "looked_at_twice": {
                one.number: one.first_failure for one in counted if one.first_failure
            },
            "engine": self._summarize_engine(),
        }

    def _summarize_engine(self) -> dict[str, Any]:
        outcomes = [one for one in self.outcomes if one.kind == ENGINE]
        counts = Counter(one.status for one in outcomes)
        return {
            "note": ENGINE_NOTE,
            "inputs": len(outcomes),
            "outcomes": dict(sorted(counts.items())),
        }


def _summarize(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    counts = Counter(one.status for one in outcomes)
    correct = {status: counts[status] for status in (ACCEPTED, REFUSED)}
    return {"inputs": len(outcomes), **correct, **_find_worst(outcomes)}


def _find_worst(outcomes: Sequence[Outcome]) -> dict[str, float]:
    return {
        "slowest_s": round(max((one.seconds for one in outcomes), default=0), 2),
        "peak_mb": round(max((one.megabytes for one in outcomes), default=0)),
        "most_said_bytes": max((one.output_bytes for one in outcomes), default=0),
    }


def _describe_failure(outcome: Outcome) -> dict[str, Any]:
    return {
        "number": outcome.number,
        "way": outcome.kind,
        "what": outcome.status,
        "words": outcome.message[-3000:],
        "seconds": round(outcome.seconds, 2),
        "mb": round(outcome.megabytes),
    }
